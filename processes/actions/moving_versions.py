"""The versions of each kind that were deployed, and how many cases run by each."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, func, select

from engine.definition import Definition
from engine.errors import UnknownDefinition
from engine.instance import ACTIVE, Instance
from engine.runtime import Runtime
from processes import catalogue
from processes.errors import NotFound
from processes.permission import ADMINISTRATOR, PLANNER, Actor, require

READERS = (PLANNER, ADMINISTRATOR)


@dataclass(frozen=True)
class Version:
    """A deployed version of a kind, and how many cases run by it."""

    number: int
    since: datetime
    running: int


@dataclass(frozen=True)
class KindVersions:
    """A kind with its versions, the newest first. `fresh` says whether its folder holds another text by now."""

    key: str
    title: str
    versions: tuple[Version, ...]
    fresh: bool

    @property
    def behind(self) -> int:
        """How many cases run by an older version than the newest."""
        return sum(it.running for it in self.versions[1:])


def kinds(session: Session, actor: Actor, *, runtime: Runtime) -> list[KindVersions]:
    """Every kind that was ever deployed, with its versions. Errors: NotAllowed."""
    require(actor, *READERS)
    home = actor.municipality_id
    query = (
        select(Definition.key, Definition.id, Definition.version, Definition.created_at)
        .where(Definition.tenant_id == home)
        .order_by(col(Definition.key), col(Definition.version).desc())
    )
    running = _running(session, home)
    found: dict[str, list[Version]] = {}
    newest: dict[str, str] = {}
    for key, identity, number, since in session.exec(query):
        found.setdefault(key, []).append(Version(number, since, running.get(identity, 0)))
        newest.setdefault(key, identity)
    return [
        KindVersions(
            key,
            runtime.library.get(session, home, newest[key]).process.manifest.title,
            tuple(versions),
            _is_fresh(key, runtime.library.get(session, home, newest[key])),
        )
        for key, versions in found.items()
    ]


def take_over(session: Session, actor: Actor, key: str, *, runtime: Runtime, now: datetime) -> int:
    """Deploy what a kind's folder holds by now. Out: its version. Errors: NotAllowed, NotFound, DefinitionRefused."""
    require(actor, *READERS)
    files = catalogue.kind(key).files()
    return runtime.library.deploy(session, actor.municipality_id, files, now=now).version


def newest(session: Session, actor: Actor, key: str, *, runtime: Runtime) -> int:
    """The newest version of a kind. Errors: NotAllowed, NotFound."""
    require(actor, *READERS)
    try:
        return runtime.library.latest(session, actor.municipality_id, key).version
    except UnknownDefinition as error:
        raise NotFound from error


def version_of(session: Session, actor: Actor, key: str, number: int, runtime: Runtime) -> Definition:
    """A deployed version of a kind. Errors: NotFound."""
    query = select(Definition.id).where(
        Definition.tenant_id == actor.municipality_id, Definition.key == key, Definition.version == number
    )
    found = session.exec(query).first()
    if found is None:
        raise NotFound
    return runtime.library.get(session, actor.municipality_id, found)


def _running(session: Session, home: str) -> dict[str, int]:
    query = (
        select(Instance.definition_id, func.count())
        .where(Instance.tenant_id == home, Instance.status == ACTIVE)
        .group_by(col(Instance.definition_id))
    )
    return dict(session.exec(query).all())


def _is_fresh(key: str, newest: Definition) -> bool:
    try:
        return bool(dict(catalogue.kind(key).files()) != json.loads(newest.files))
    except NotFound:
        return False
