"""Definitions: a process folder frozen by digest, and the library that deploys and keeps them.

An instance ends with the text it began with. Versions are never changed; the same texts are the same version.
"""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import sqlalchemy as sa
import uuid_utils
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, Session, SQLModel, col, select

from engine.errors import DefinitionRefused, UnknownDefinition
from engine.folder import read_folder
from engine.form import Form
from engine.lint import check_files
from engine.process import ElementText, Files, Process
from engine.service import Services
from engine.spiff import parsing, specification
from engine.spiff.machine import Blueprint
from engine.statement import Statement

_PROCESSES: dict[str, Process] = {}  # by digest, so two tenants with the same text share one
_BLUEPRINTS: dict[tuple[str, str], Blueprint] = {}


class Definition(SQLModel, table=True):
    """One version of a process. `files` and `specification` are JSON text."""

    __tablename__ = "engine_definition"
    __table_args__: Any = (
        sa.PrimaryKeyConstraint("tenant_id", "id", name="pk_engine_definition"),
        sa.UniqueConstraint("tenant_id", "key", "digest", name="uq_engine_definition_tenant_id_key_digest"),
        sa.UniqueConstraint("tenant_id", "key", "version", name="uq_engine_definition_tenant_id_key_version"),
    )

    tenant_id: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    key: str
    version: int
    digest: str
    files: str = Field(sa_type=sa.Text)
    specification: str = Field(sa_type=sa.Text)
    library_version: str
    created_at: datetime = Field(sa_type=UtcDateTime)

    @property
    def process(self) -> Process:
        """Out: the folder as read; read once a digest."""
        found = _PROCESSES.get(self.digest)
        if found is None:
            found = _PROCESSES[self.digest] = Process(orjson.loads(self.files))
        return found

    @property
    def blueprint(self) -> Blueprint:
        """Out: the token machine's specification; read once a digest."""
        # The specification of one digest may differ between library versions, so both make the key.
        key = (self.digest, self.library_version)
        found = _BLUEPRINTS.get(key)
        if found is None:
            process = self.process
            found = _BLUEPRINTS[key] = Blueprint(self.specification, process.diagram, process.called)
        return found

    def file(self, path: str) -> str:
        """Out: the text of a file of the folder, or the shared one. Errors: KeyError."""
        text = self.process.text(path)
        if text is None:
            raise KeyError(path)
        return text

    def form(self, task: str) -> Form | None:
        """Out: the form of a task, named by its id or path."""
        return self.process.form(task)

    def text_of(self, element: str, language: str) -> ElementText:
        """Out: name and documentation of an element (by path) in a language. Errors: KeyError."""
        return self.process.wording(element, language)

    def translate(self, text: str, language: str) -> str:
        """Out: a text of the folder (title, label, choice) in a language."""
        return self.process.translate(text, language)


_table: sa.Table = Definition.__table__  # type: ignore[attr-defined]
_newest = Statement(
    sa.select(_table.c.id)
    .where(_table.c.tenant_id == sa.bindparam("tenant"), _table.c.key == sa.bindparam("key"))
    .order_by(_table.c.version.desc())
    .limit(1),
    "tenant",
    "key",
)


class Library:
    """The definitions of every tenant. With `services`, deploying also checks what diagrams call."""

    def __init__(self, services: Services | None = None) -> None:
        self.services = services
        self._kept: dict[tuple[str, str], Definition] = {}

    def read_folder(self, path: Path) -> Files:
        """Out: the texts of a process folder and of what it uses from `shared` beside it."""
        return read_folder(path)

    def deploy(self, session: Session, tenant_id: str, files: Files, *, now: datetime) -> Definition:
        """Store a new version, or give the one that has these texts. Errors: DefinitionRefused."""
        mark = digest(files)
        findings = check_files(files, self.services)
        if findings:
            raise DefinitionRefused(findings)
        process = _PROCESSES.setdefault(mark, Process(files))
        key = process.manifest.key
        query = select(Definition).where(Definition.tenant_id == tenant_id, Definition.key == key)
        found = session.exec(query.where(Definition.digest == mark)).one_or_none()
        if found is not None:
            return found
        newest = session.exec(
            select(sa.func.max(Definition.version)).where(
                Definition.tenant_id == tenant_id, Definition.key == key
            )
        ).one()
        main, parts = parsing.parse(process.diagram, process.called.values())
        definition = Definition(
            tenant_id=tenant_id,
            id=str(uuid_utils.uuid7()),
            key=key,
            version=(newest or 0) + 1,
            digest=mark,
            files=orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS).decode(),
            specification=specification.freeze(main, parts),
            library_version=version("spiffworkflow"),
            created_at=now,
        )
        session.add(definition)
        session.flush()
        return definition

    def latest(self, session: Session, tenant_id: str, key: str) -> Definition:
        """Out: the newest version of a key. Errors: UnknownDefinition."""
        query = select(Definition).where(Definition.tenant_id == tenant_id, Definition.key == key)
        found = session.exec(query.order_by(col(Definition.version).desc()).limit(1)).first()
        if found is None:
            raise UnknownDefinition(f"no process {key!r} was deployed; deploy its folder first.")
        return found

    def newest(self, session: Session, tenant_id: str, key: str) -> Definition:
        """Out: the newest version of a key, from memory when this process has met it. Errors: UnknownDefinition."""
        found = _newest.rows(session, {"tenant": tenant_id, "key": key})
        if not found:
            raise UnknownDefinition(f"no process {key!r} was deployed; deploy its folder first.")
        return self.get(session, tenant_id, found[0]["id"])

    def get(self, session: Session, tenant_id: str, definition_id: str) -> Definition:
        """Out: a version by its id, from memory when this process has met it. Errors: UnknownDefinition."""
        key = (tenant_id, definition_id)
        if key not in self._kept:
            with session.no_autoflush:
                found = session.get(Definition, key)
            if found is None:
                raise UnknownDefinition(f"there is no definition {definition_id}; restore it from a backup.")
            self._kept[key] = _detached(found)
        return self._kept[key]


def digest(files: Mapping[str, str]) -> str:
    """Out: the name of a set of texts: SHA-256 over paths and contents."""
    return hashlib.sha256(orjson.dumps(dict(files), option=orjson.OPT_SORT_KEYS)).hexdigest()


def _detached(found: Definition) -> Definition:
    """A copy no session expires; versions never change, so it never goes stale."""
    return Definition(**{name: getattr(found, name) for name in Definition.model_fields})
