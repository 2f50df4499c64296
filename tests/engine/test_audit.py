"""The history cannot be changed unnoticed: rows edited, deleted, cut off, rewritten whole, cases removed."""

from __future__ import annotations

from typing import Any

import orjson
import pytest
import sqlalchemy as sa
from sqlmodel import Session

from engine import audit
from engine.errors import AnchorUnreadable
from engine.history import History, sealed
from engine.instance import Instance
from tests.engine.conftest import MORNING, TENANT, Bench
from tests.engine.drawing import END, START, chain, draw, folder, user

PLAIN = folder(
    "plain", draw("plain", [START, user("one"), user("two"), END], chain("start", "one", "two", "end"))
)


@pytest.fixture
def cases(bench: Bench) -> list[Instance]:
    bench.deploy(PLAIN)
    made = [bench.start("plain") for _ in range(3)]
    bench.complete(made[0], "one")
    bench.complete(made[1], "one")
    return made


def check(bench: Bench) -> list[tuple[str, int]]:
    with bench.database.session() as session:
        return [(it.instance_id, it.seq) for it in audit.check(session, TENANT)]


def compare(bench: Bench, anchor: audit.Anchor) -> list[tuple[str, int]]:
    with bench.database.session() as session:
        return [(it.instance_id, it.seq) for it in audit.compare(session, anchor)]


def take(bench: Bench) -> audit.Anchor:
    with bench.database.session() as session:
        return audit.take(session, TENANT, now=MORNING)


def tamper(bench: Bench, statement: str, **values: Any) -> None:
    with bench.database.open_transaction() as session:
        changed = session.connection().execute(sa.text(statement), values)
        assert changed.rowcount > 0, "the test must change something"


def rewrite(session: Session, instance_id: str, length: int) -> None:
    """What whoever may write to the database can do: another chain of that length that verifies."""
    table: Any = History.__table__  # type: ignore[attr-defined]
    mine = table.c.instance_id == instance_id
    rows = [dict(it) for it in session.connection().execute(sa.select(table).where(mine)).mappings()]
    rows.sort(key=lambda it: it["seq"])
    session.connection().execute(sa.delete(table).where(mine))
    last = ""
    for row in rows[:length]:
        row["actor"], row["previous"] = "nobody", last
        last = row["hash"] = sealed(row)
        session.connection().execute(sa.insert(table), row)
    instance: Any = Instance.__table__  # type: ignore[attr-defined]
    values = {"history_seq": length, "history_hash": last}
    session.connection().execute(sa.update(instance).where(instance.c.id == instance_id).values(values))


def test_what_nobody_touched_is_whole(bench: Bench, cases: list[Instance]) -> None:
    anchor = take(bench)
    assert check(bench) == []
    bench.complete(cases[0], "two")
    bench.start("plain")
    assert compare(bench, anchor) == [], "what grew since is as it was"
    assert take(bench).head != anchor.head


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("actor", "someone"),
        ("what", "undone"),
        ("element", "three"),
        ("details", '{"x":1}'),
        ("previous", "00"),
    ],
)
def test_an_edited_row_is_named(bench: Bench, cases: list[Instance], column: str, value: str) -> None:
    tamper(
        bench,
        f"update engine_history set {column} = :v where instance_id = :i and seq = 2",
        v=value,
        i=cases[1].id,
    )
    assert check(bench) == [(cases[1].id, 2)]


def test_a_deleted_row_is_named(bench: Bench, cases: list[Instance]) -> None:
    tamper(bench, "delete from engine_history where instance_id = :i and seq = 2", i=cases[0].id)
    assert check(bench) == [(cases[0].id, 2)]


def test_a_cut_tail_is_found_even_when_nothing_else_is_missing(bench: Bench, cases: list[Instance]) -> None:
    before = bench.rows("select max(seq) as last from engine_history where instance_id = :i", i=cases[0].id)
    tamper(
        bench,
        "delete from engine_history where instance_id = :i and seq = :s",
        i=cases[0].id,
        s=before[0].last,
    )
    assert check(bench) == [(cases[0].id, before[0].last)]


def test_a_history_that_is_gone_whole_is_found(bench: Bench, cases: list[Instance]) -> None:
    tamper(bench, "delete from engine_history where instance_id = :i", i=cases[2].id)
    assert check(bench) == [(cases[2].id, 1)]


@pytest.mark.parametrize("kept", [5, 2], ids=["rewritten", "cut and rewritten"])
def test_a_chain_rewritten_as_a_whole_is_found_against_the_anchor(
    bench: Bench, cases: list[Instance], kept: int
) -> None:
    anchor = take(bench)
    seq = anchor.heads[cases[0].id][0]
    with bench.database.open_transaction() as session:
        rewrite(session, cases[0].id, min(kept, seq))
    assert check(bench) == [], "it verifies: only what was kept elsewhere knows better"
    assert compare(bench, anchor) == [(cases[0].id, seq)]


def test_a_removed_case_is_found_against_the_anchor(bench: Bench, cases: list[Instance]) -> None:
    anchor = take(bench)
    for table in ("engine_wait", "engine_history"):
        tamper(bench, f"delete from {table} where instance_id = :i", i=cases[2].id)
    tamper(bench, "delete from engine_instance where id = :i", i=cases[2].id)
    assert check(bench) == []
    assert compare(bench, anchor) == [(cases[2].id, 0)]


def test_an_anchor_is_read_as_it_was_printed_and_refused_when_it_was_changed(
    bench: Bench, cases: list[Instance]
) -> None:
    anchor = take(bench)
    text = orjson.dumps(anchor.as_json())
    assert audit.read_anchor(text) == anchor
    changed = anchor.as_json()
    del changed["heads"][cases[0].id]
    for wrong in (orjson.dumps(changed), b"", b"{}", b"[]", b'{"heads": [1]}'):
        with pytest.raises(AnchorUnreadable):
            audit.read_anchor(wrong)
