"""Finds two rules of one table that can match at once, by trying the values where its tests change their answer.

Exact for tables whose cells hold literals alone and whose inputs are independent; others are left unjudged.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import combinations, pairwise
from typing import Any

from engine.decision_table import Table
from engine.errors import FeelError
from engine.feel.unary import UnaryTests

MAX_TRIALS = 200_000
"""Cells times tried values; beyond it the table is left unjudged."""


def overlaps(table: Table) -> Iterator[tuple[int, int]]:
    """Give the pairs of rows, counted from 0, that some input matches both of."""
    columns = [[row[place] for row in table.rows] for place in range(len(table.inputs))]
    reads = [name for _, expression, _ in table.inputs for name in expression.names_used]
    if len(set(reads)) != len(reads) or any(
        it.names_used or it.computed for cells in columns for it in cells
    ):
        return
    tried = [_trials(it[1].type, cells) for it, cells in zip(table.inputs, columns, strict=True)]
    if sum(len(values) * len(table.rows) for values in tried) > MAX_TRIALS:
        return
    masks = [
        [_mask(cell, values, allowed) for cell in cells]
        for cells, values, (_, _, allowed) in zip(columns, tried, table.inputs, strict=True)
    ]
    for one, two in combinations(range(len(table.rows)), 2):
        if all(column[one] & column[two] for column in masks):
            yield one, two


def _trials(kind: str, cells: list[UnaryTests]) -> list[Any]:
    """Give the literals of a column, a value between each two of them, and one beyond each end."""
    found = sorted({value for cell in cells for value in cell.literals})
    trials: list[Any] = [None]
    if kind == "boolean":
        return [None, True, False]
    if kind == "number":
        found = found or [Decimal(0)]
        between = [(low + high) / 2 for low, high in pairwise(found)]
        return [*trials, *found, *between, found[0] - 1, found[-1] + 1]
    if kind == "string":
        return [*trials, *found, "", *(f"{value}\u0001" for value in found)]
    if kind == "duration":
        return trials
    found = found or [date(2000, 1, 1)]
    if kind == "datetime":
        found = [it for it in found if isinstance(it, datetime)]
    step = timedelta(days=1) if kind == "date" else timedelta(seconds=1)
    return [*trials, *(near for value in found for near in (value - step, value, value + step))]


def _mask(cell: UnaryTests, values: list[Any], allowed: UnaryTests) -> int:
    mask = 0
    for place, value in enumerate(values):
        try:
            if cell.match(value, {}, None) and (value is None or allowed.match(value, {}, None)):
                mask |= 1 << place
        except FeelError:
            continue
    return mask
