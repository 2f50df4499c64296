"""Checks the history of every instance, and compares it with an anchor that was kept elsewhere.

A chain in one database can be rewritten as a whole by whoever may write there. An anchor taken earlier and kept out
of their reach (printed, mailed, signed) says how long each chain was and how it ended then; a chain that was cut,
rewritten or removed since does not fit it any more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

import orjson
import sqlalchemy as sa
from sqlmodel import Session

from engine.errors import AnchorUnreadable
from engine.history import History, sealed
from engine.instance import Instance

_history: sa.Table = History.__table__  # type: ignore[attr-defined]
_instance: sa.Table = Instance.__table__  # type: ignore[attr-defined]
AT_A_TIME = 1_000  # rows held in memory


@dataclass(frozen=True)
class Flaw:
    """Where a history is not what it was: the instance, the number of the row (0: all of it), and a sentence."""

    instance_id: str
    seq: int
    sentence: str


@dataclass(frozen=True)
class Anchor:
    """How long every chain is and how it ends. `head` is one hash over all of them, short enough to print."""

    tenant_id: str
    taken_at: datetime
    heads: Mapping[str, tuple[int, str]]

    @property
    def head(self) -> str:
        ends = [(key, seq, last) for key, (seq, last) in sorted(self.heads.items())]
        return hashlib.sha256(orjson.dumps([self.tenant_id, ends])).hexdigest()

    def as_json(self) -> dict[str, Any]:
        """Out: the anchor as it is kept: plain values."""
        return {
            "municipality": self.tenant_id,
            "moment": self.taken_at.astimezone(UTC).isoformat(),
            "instances": len(self.heads),
            "head": self.head,
            "heads": {key: list(end) for key, end in sorted(self.heads.items())},
        }


def read_anchor(text: str | bytes) -> Anchor:
    """Read a kept anchor. Errors: AnchorUnreadable, also when it was changed since it was taken."""
    try:
        raw = orjson.loads(text)
        heads = {str(key): (int(end[0]), str(end[1])) for key, end in raw["heads"].items()}
        anchor = Anchor(str(raw["municipality"]), datetime.fromisoformat(raw["moment"]), heads)
        kept = str(raw["head"])
    except (ValueError, KeyError, TypeError, IndexError, AttributeError) as error:
        raise AnchorUnreadable("this file is no anchor; give one that `audit` printed.") from error
    if kept != anchor.head:
        raise AnchorUnreadable("the anchor itself was changed: its heads do not give its head.")
    return anchor


def check(session: Session, tenant_id: str) -> list[Flaw]:
    """Check every chain of a tenant, the first fault of each. Memory does not grow with their length."""
    connection = session.connection()
    columns = (_instance.c.id, _instance.c.history_seq, _instance.c.history_hash)
    query = sa.select(*columns).where(_instance.c.tenant_id == tenant_id)
    ends = {it.id: (it.history_seq, it.history_hash) for it in connection.execute(query)}
    flaws: list[Flaw] = []
    for instance_id, rows in groupby(_rows(connection, tenant_id), key=lambda it: str(it["instance_id"])):
        flaw = _fault(instance_id, rows, ends.pop(instance_id, None))
        if flaw is not None:
            flaws.append(flaw)
    flaws += [Flaw(key, 1, "its whole history is gone.") for key, (seq, _last) in sorted(ends.items()) if seq]
    return flaws


def take(session: Session, tenant_id: str, *, now: datetime) -> Anchor:
    """Out: the anchor of this moment."""
    columns = (_instance.c.id, _instance.c.history_seq, _instance.c.history_hash)
    query = sa.select(*columns).where(_instance.c.tenant_id == tenant_id)
    rows = session.connection().execute(query)
    return Anchor(tenant_id, now, {it.id: (it.history_seq, it.history_hash) for it in rows})


def compare(session: Session, anchor: Anchor) -> list[Flaw]:
    """What no longer is as it was when the anchor was taken; chains that grew since are as they were."""
    at = sa.and_(_history.c.tenant_id == _instance.c.tenant_id, _history.c.instance_id == _instance.c.id)
    there = sa.select(_instance.c.id).where(_instance.c.tenant_id == anchor.tenant_id)
    connection = session.connection()
    known = {it.id for it in connection.execute(there)}
    found: dict[tuple[str, int], str] = {}
    query = (
        sa.select(_history.c.instance_id, _history.c.seq, _history.c.hash)
        .join(_instance, at)
        .where(_history.c.tenant_id == anchor.tenant_id)
        .execution_options(yield_per=AT_A_TIME)
    )
    for row in connection.execute(query):
        end = anchor.heads.get(row.instance_id)
        if end is not None and row.seq == end[0]:
            found[row.instance_id, row.seq] = row.hash
    flaws = []
    for key, (seq, last) in sorted(anchor.heads.items()):
        if key not in known:
            flaws.append(Flaw(key, 0, "the whole case is gone since the anchor was taken."))
        elif seq and (key, seq) not in found:
            flaws.append(Flaw(key, seq, "this row was the last when the anchor was taken, and is gone."))
        elif seq and found[key, seq] != last:
            flaws.append(
                Flaw(key, seq, "this row, or one before it, was rewritten since the anchor was taken.")
            )
    return flaws


def _rows(connection: sa.Connection, tenant_id: str) -> Iterator[sa.RowMapping]:
    query = sa.select(_history).where(_history.c.tenant_id == tenant_id)
    query = query.order_by(_history.c.instance_id, _history.c.seq).execution_options(yield_per=AT_A_TIME)
    yield from connection.execute(query).mappings()


def _fault(instance_id: str, rows: Iterator[sa.RowMapping], end: tuple[int, str] | None) -> Flaw | None:
    """Out: the first thing wrong with a chain; None when it is whole. In: what its instance says of its end."""
    last, seq, flaw = "", 0, None
    for row in rows:  # read to the end even when something was found: the rows come in one stream
        seq += 1
        if flaw is not None:
            continue
        if row["seq"] != seq:
            flaw = Flaw(instance_id, seq, "this row is missing.")
        elif row["previous"] != last:
            flaw = Flaw(instance_id, seq, "this row does not follow from the one before it.")
        elif row["hash"] != sealed(row):
            flaw = Flaw(instance_id, seq, "this row was changed.")
        last = row["hash"]
    if flaw is not None:
        return flaw
    if end is None:
        return Flaw(instance_id, 0, "there is history of a case that is gone.")
    if end[0] != seq:
        return Flaw(
            instance_id, min(seq, end[0]) + 1, f"the case counts {end[0]} rows, the history has {seq}."
        )
    return None if end[1] == last else Flaw(instance_id, seq, "the case knows another last row.")
