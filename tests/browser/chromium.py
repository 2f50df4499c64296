"""Chromium from the npm registry: no root and no system browser (x86-64 Linux).

Elsewhere, set KAASA_TEST_CHROMIUM to the browser to use.
"""

from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path
from typing import Any

import brotli

from web.assets import npm_ci

HERE = Path(__file__).resolve().parent
MODULES = HERE / "node_modules"
UNPACKED = HERE / ".chromium"
ARGUMENTS = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
]
FONTS = """<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir>{fonts}</dir><cachedir>{cache}</cachedir><config></config></fontconfig>
"""


def ensure() -> None:
    """Install the test packages of npm and unpack the browser, when missing or stale."""
    lock = (HERE / "package-lock.json").read_text()
    stamp = UNPACKED / ".stamp"
    if stamp.exists() and stamp.read_text() == lock:
        return
    npm_ci(HERE)
    UNPACKED.mkdir(exist_ok=True)
    for packed in (MODULES / "@sparticuz" / "chromium" / "bin").glob("*.br"):
        _unpack(packed)
    # The packaged fonts.conf names folders of another machine; without a font the browser aborts.
    fonts = UNPACKED / "fonts"
    text = FONTS.format(fonts=fonts / "fonts", cache=UNPACKED / "font-cache")
    (fonts / "fonts.conf").write_text(text)
    stamp.write_text(lock)


def launch_options() -> dict[str, Any]:
    """What `playwright.chromium.launch` needs to start this browser."""
    if other := os.environ.get("KAASA_TEST_CHROMIUM"):
        return {"executable_path": other, "args": ARGUMENTS}
    environment = {
        **os.environ,
        "LD_LIBRARY_PATH": str(UNPACKED / "al2023" / "lib"),
        "FONTCONFIG_PATH": str(UNPACKED / "fonts"),
        "FONTCONFIG_FILE": str(UNPACKED / "fonts" / "fonts.conf"),
        "HOME": str(UNPACKED),
    }
    return {"executable_path": str(UNPACKED / "chromium"), "args": ARGUMENTS, "env": environment}


def _unpack(packed: Path) -> None:
    content = brotli.decompress(packed.read_bytes())
    name = packed.name.removesuffix(".br")
    if name.endswith(".tar"):
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            archive.extractall(UNPACKED / name.removesuffix(".tar"), filter="data")
        return
    (UNPACKED / name).write_bytes(content)
    (UNPACKED / name).chmod(0o755)
