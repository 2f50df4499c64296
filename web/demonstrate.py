"""The demonstration, ready to walk: an invented municipality on this machine, links for every role."""

from __future__ import annotations

import shutil
import sys
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlmodel import select

from processes import migrate
from processes.actions import demonstration, sign_in
from processes.municipality import Municipality
from web import assets, logs, serving
from web.app import create_app
from web.compose import Kaasa, compose
from web.settings import Settings

LINK_LASTS = timedelta(days=365)
WORDS = {
    "planner": "planner",
    "government": "government",
    "committee": "committee member",
    "clerk": "clerk",
    "administrator": "administrator",
}


def run(folder: Path, port: int, *, keep: bool) -> int:
    """Serve the demonstration until stopped. In: where its data lies, and whether it goes on where it stood."""
    logs.begin()
    if serving.taken("127.0.0.1", port):
        print(f"Port {port} is taken by another program. Choose another one with --port.", file=sys.stderr)  # noqa: T201  a command speaks
        return 1
    assets.build()
    database = folder / "kaasa.db"
    if not keep or not database.exists():
        _clear(folder)
    settings = Settings(
        folder=folder, database_url="", port=port, host="127.0.0.1", base_url="", smtp_url="", demo=True
    )
    migrate.upgrade(settings.database())
    kaasa = compose(settings)
    try:
        if not occupied(kaasa):
            print("Preparing the demonstration …", file=sys.stderr, flush=True)  # noqa: T201
            seed(kaasa)
        told = _links(kaasa)
        say = partial(print, told, flush=True)
        serving.serve(create_app(kaasa), settings.host, port, ready=say)
    finally:
        kaasa.close()
    return 0


def occupied(kaasa: Kaasa) -> str:
    """Out: a sentence when somebody's data is already there; empty when the database is empty."""
    with kaasa.database.session() as session:
        if session.exec(select(Municipality.municipality_id)).first() is None:
            return ""
    return "The database already holds a municipality; nothing was changed. Use an empty database."


def seed(kaasa: Kaasa) -> None:
    """Fill an empty database with the invented municipality and its cases, and let everything due happen."""
    from processes.seed import demo  # noqa: PLC0415  only a first start needs it

    demo.seed(kaasa)
    kaasa.loop.settle()


def _clear(folder: Path) -> None:
    if folder.exists() and any(folder.iterdir()) and not (folder / "kaasa.db").exists():
        raise SystemExit(f"{folder} holds something else; name another folder with --folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)


def _links(kaasa: Kaasa) -> str:
    url, home = kaasa.settings.url(), kaasa.municipality_id
    lines = [
        "",
        f"Kaasa's demonstration: {url}/",
        "",
        "Sign in as (each link works once; the bar at the top also switches roles):",
    ]
    with kaasa.database.open_transaction() as session:
        people = demonstration.cast(session, municipality_id=home)
        for role, word in WORDS.items():
            person_id, name = people[role]
            token = sign_in.new_link(
                session, municipality_id=home, person_id=person_id, now=kaasa.wall.now(), lasts=LINK_LASTS
            )
            lines.append(f"  {word:<17} {name}: {url}/et/sign-in/{token}")
        invitation = demonstration.an_invitation(session, municipality_id=home, links=kaasa.links)
    if invitation:
        lines += ["", "An invited association's own page (no account):", f"  {url}/et/i/{invitation}"]
    lines += [
        "",
        "Letters stay on this machine; read them here:",
        f"  {url}/et/postbox",
        "",
        "Stop with Ctrl+C.",
        "",
    ]
    return "\n".join(lines)
