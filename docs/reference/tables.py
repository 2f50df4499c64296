"""`tables.md`: every table, column and key, from the classes they are made of."""

from __future__ import annotations

from sqlalchemy import Column, ForeignKeyConstraint, Index, Table, UniqueConstraint
from sqlmodel import SQLModel

from docs.reference.writing import docstring, page, table
from processes.tables import metadata

INTRO = """One schema on SQLite and PostgreSQL. Every primary, unique and foreign key begins with the municipality:
`municipality_id` (its EHAK code) on the municipality's floor, `tenant_id` with the same value in the engine and the post
office, which have never heard of municipalities. An id is a UUIDv7 in text; a moment is UTC; JSON is kept as text."""
FLOORS = {"engine": "The engine", "notifications": "The post office", "processes": "The municipality"}


def text() -> str:
    """Out: the page."""
    metadata()
    kinds = sorted(_kinds(SQLModel), key=lambda it: str(it.__tablename__))
    parts = []
    for floor, title in FLOORS.items():
        mine = [it for it in kinds if it.__module__.partition(".")[0] == floor]
        parts += [f"## {title}", *map(_section, mine)]
    return page("Tables", "the classes in `engine/`, `notifications/` and `processes/`", INTRO, *parts)


def _kinds(base: type[SQLModel]) -> list[type[SQLModel]]:
    found = [it for sub in base.__subclasses__() for it in _kinds(sub)]
    ours = base.__module__.partition(".")[0] in FLOORS
    return [*found, base] if ours and hasattr(base, "__table__") else found


def _section(kind: type[SQLModel]) -> str:
    made: Table = kind.__table__  # type: ignore[attr-defined]
    keys = {column: name for name, column in _references(made)}
    columns = [[f"`{it.name}`", _type(it), _marks(it, keys.get(it.name, ""))] for it in made.columns]
    where = f"`{kind.__module__.replace('.', '/')}.py`"
    parts = [
        f"### {made.name}",
        f"{docstring(kind)}\n\nIn {where}.",
        table(["column", "type", "key"], columns),
    ]
    parts.append("\n".join([*_uniques(made), *_indexes(made)]))
    return "\n\n".join(it for it in parts if it)


def _references(made: Table) -> list[tuple[str, str]]:
    keys = sorted(
        (it for it in made.constraints if isinstance(it, ForeignKeyConstraint)), key=lambda it: str(it.name)
    )
    return [(element.column.table.name, column.name) for key in keys for column, element in
            list(zip(key.columns, key.elements, strict=True))[1:] or list(zip(key.columns, key.elements, strict=True))]  # fmt: skip


def _type(column: Column[object]) -> str:
    kind = type(column.type).__name__
    plain = {
        "UtcDateTime": "moment",
        "AutoString": "text",
        "Text": "text",
        "String": "text",
        "LargeBinary": "bytes",
    }
    return plain.get(kind, kind.lower()) + (", may be missing" if column.nullable else "")


def _marks(column: Column[object], refers: str) -> str:
    marks = ["primary"] if column.primary_key else []
    return ", ".join([*marks, *([f"→ `{refers}`"] if refers else [])])


def _uniques(made: Table) -> list[str]:
    keys = sorted(
        ", ".join(f"`{column.name}`" for column in it.columns)
        for it in made.constraints
        if isinstance(it, UniqueConstraint)
    )
    return [f"- Unique: {it}" for it in keys]


def _indexes(made: Table) -> list[str]:
    found = sorted(made.indexes, key=lambda it: str(it.name))
    return [f"- {'Unique' if it.unique else 'Index'}: {_expressions(it)}" for it in found]


def _expressions(index: Index) -> str:
    return ", ".join(f"`{getattr(it, 'name', it)}`" for it in index.expressions)
