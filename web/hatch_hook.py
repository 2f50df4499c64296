"""Wheel build hook: the built style and script go into the wheel (for containers)."""

import importlib.util
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc]  hatchling is there only while a wheel is built
    """Builds `web/static/vendor` before the wheel is packed."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:  # noqa: ARG002
        if version == "editable" or self.target_name != "wheel":
            return
        spec = importlib.util.spec_from_file_location("assets", Path(self.root) / "web" / "assets.py")
        assert spec and spec.loader  # noqa: S101
        assets = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(assets)
        assets.build()
