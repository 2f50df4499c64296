"""Debian's packages unpacked into a folder, without root and without installing anything.

apt fetches what is missing on this machine from the sources it is set up with; `dpkg -x` unpacks it into the
cache. A second run finds it there. `KAASA_TEST_CACHE` names another cache.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypedDict

REMEDY = (
    "The long tests use Debian's own {packages}. They are fetched by apt, without root, from the sources in "
    "/etc/apt; that needs a Debian or Ubuntu with a reachable package source. Run them there, or install the packages and "
    "their libraries by hand under {root} with `dpkg -x`, and make the file {stamp}."
)


class NotToBeHad(Exception):  # noqa: N818  it is what happened, as every error of the house
    """A package could not be fetched or unpacked; the message says what to do."""


class Identity(TypedDict, total=False):
    """Who a program runs as; empty when the tests do not run as root."""

    user: int
    group: int
    extra_groups: list[int]


class Unpacked:
    """A folder with the packages in it, laid out as under `/`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    @property
    def usr(self) -> Path:
        return self.root / "usr"

    @property
    def libraries(self) -> list[Path]:
        """Out: where their shared libraries lie; for LD_LIBRARY_PATH."""
        found = {path.parent for path in self.root.rglob("*.so*") if path.is_file()}
        return sorted(path for path in found if "lib" in {path.name, path.parent.name})

    def library(self, name: str) -> Path:
        """Out: one shared library by the beginning of its file's name. Errors: NotToBeHad."""
        for path in sorted(self.root.rglob(f"{name}*")):
            if path.is_file():
                return path
        raise NotToBeHad(
            f"{name} is not among what was unpacked under {self.root}; remove that folder and run again."
        )

    def environment(self) -> dict[str, str]:
        """Out: what its programs need to find their libraries."""
        places = ":".join(str(path) for path in self.libraries)
        return {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC", "LD_LIBRARY_PATH": places}


def unpacked(*packages: str) -> Unpacked:
    """Fetch packages with all they need that this machine lacks. Errors: NotToBeHad."""
    name = f"{packages[0]}-{hashlib.sha256(' '.join(packages).encode()).hexdigest()[:8]}"
    place = cache() / name
    root, stamp = place / "root", place / "complete"
    place.mkdir(parents=True, exist_ok=True)
    if cache().stat().st_uid != os.getuid():
        raise NotToBeHad(f"{cache()} belongs to somebody else; name another folder in KAASA_TEST_CACHE.")
    for folder in (cache(), place):
        folder.chmod(0o755)  # also for the account that root steps down to
    with (place / "lock").open("w") as lock:  # two test processes want the same at once
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not stamp.exists():
            try:
                _fetch(place, packages)
            except (OSError, subprocess.CalledProcessError) as error:
                said = error.stderr if isinstance(error, subprocess.CalledProcessError) else str(error)
                words = REMEDY.format(packages=", ".join(packages), root=root, stamp=stamp)
                raise NotToBeHad(f"{words}\napt said: {said.strip()[-1500:]}") from error
            stamp.write_text("\n".join(packages))
    return Unpacked(root)


def cache() -> Path:
    """Out: where packages are kept between runs. An account that root steps down to must be able to read it."""
    named = os.environ.get("KAASA_TEST_CACHE")
    return Path(named or f"/var/tmp/kaasa-real-{os.getuid()}").resolve()


def who() -> Identity:
    """Out: the account servers run as. Root steps down, as the servers themselves would."""
    if os.geteuid() != 0:
        return {}
    account = pwd.getpwnam("nobody")
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}


@contextmanager
def place() -> Iterator[Path]:
    """Out: an empty folder that goes away; `give` it away when it is filled.

    Not pytest's: nobody but its owner may enter that one, and names of sockets and modules must be short.
    """
    folder = Path(tempfile.mkdtemp(prefix="kr", dir="/tmp"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def give(folder: Path) -> None:
    """Make the account of `who` the owner of a folder and all in it."""
    folder.chmod(0o755)
    identity = who()
    if identity:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, identity["user"], identity["group"], follow_symlinks=False)


def free_port() -> int:
    """Out: a port of this machine nobody listens at."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def answers(port: int, process: subprocess.Popen[bytes], seconds: float = 60) -> bool:
    """Out: whether a program that was just started answers at a port in time; no when it ended."""
    until = time.monotonic() + seconds
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 0.5):
            return True
        time.sleep(0.1)
    return False


def _fetch(place: Path, packages: tuple[str, ...]) -> None:
    lists, archives, root = place / "lists", place / "archives", place / "root"
    for folder in (lists / "partial", archives / "partial"):
        folder.mkdir(parents=True, exist_ok=True)
    shutil.rmtree(root, ignore_errors=True)
    root.mkdir()
    options = {
        "Dir::State::lists": lists, "Dir::Cache": place, "Dir::Cache::archives": archives, "Debug::NoLocking": "1",
        "APT::Sandbox::User": "", "Acquire::Retries": "2", "Acquire::http::Timeout": "30",
    }  # fmt: skip
    apt = ["apt-get", "-q", "-y", *(f"-o{name}={value}" for name, value in options.items())]
    _run(*apt, "update")
    _run(*apt, "--no-install-recommends", "--reinstall", "--download-only", "install", *packages)
    for file in sorted(archives.glob("*.deb")):
        _run("dpkg", "-x", str(file), str(root))
    shutil.rmtree(lists)
    shutil.rmtree(archives)


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True, timeout=900)
