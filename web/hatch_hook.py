"""Wheel build hook: the built style and script go into the wheel (for containers)."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc]  # no types outside a wheel's build
    """Builds `web/static/vendor` before the wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if version == "editable" or self.target_name != "wheel":
            return
        spec = importlib.util.spec_from_file_location("assets", Path(self.root) / "web" / "assets.py")
        if spec is None or spec.loader is None:
            raise RuntimeError("web/assets.py cannot be read; the style and script cannot be built.")
        assets = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(assets)
        assets.build()
