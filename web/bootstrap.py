"""Make a plain checkout runnable with nothing but Python: standard library only.

`python3 -m web` and `python3 -m tests` both begin here. The first run makes `.venv` from a
hash-locked requirements file; a changed lock makes it again.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = Path(os.environ.get("KAASA_VENV", ROOT / ".venv"))
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
OLDEST = (3, 11)


def ensure(lock: str) -> None:
    """Continue this same command inside `.venv`, with every package of `lock` installed.

    In: the name of a lock file in the root. Out: returns only when already inside; otherwise the
    process is replaced. Errors: SystemExit with a sentence when Python is too old.
    """
    if sys.version_info < OLDEST:
        raise SystemExit("Kaasa needs Python 3.11 or newer; this is " + sys.version.split()[0])
    if os.environ.get("KAASA_NO_BOOTSTRAP"):
        return
    wanted = hashlib.sha256((ROOT / lock).read_bytes() + sys.version.encode()).hexdigest()
    stamp = VENV / f".{lock}.stamp"
    if not (stamp.exists() and stamp.read_text() == wanted):
        print(f"Installing {lock} into {VENV.name} (once) …", file=sys.stderr, flush=True)
        _install(ROOT / lock)
        stamp.write_text(wanted)
    if Path(sys.prefix).resolve() != VENV.resolve():
        os.execv(PYTHON, [str(PYTHON), *sys.orig_argv[1:]])  # noqa: S606  the point of this file


def _install(lock: Path) -> None:
    if uv := shutil.which("uv"):
        _run(uv, "venv", "-q", "--allow-existing", "--python", sys.executable, str(VENV))
        _run(uv, "pip", "install", "-q", "--require-hashes", "--python", str(PYTHON), "-r", str(lock))
        return
    _run(sys.executable, "-m", "venv", str(VENV))
    _run(
        str(PYTHON), "-m", "pip", "install", "-q", "--disable-pip-version-check",
        "--no-deps", "--require-hashes", "-r", str(lock),
    )  # fmt: skip


def _run(*command: str) -> None:
    subprocess.run(command, check=True)  # noqa: S603  our own fixed commands
