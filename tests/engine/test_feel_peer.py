"""Ours and feelin, a FEEL engine others wrote, give the same answer to thousands of well-typed sentences.

Where ours is stricter on purpose, docs/reference/feel.md says so; the test allows those differences and no other.
"""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from engine.errors import FeelError
from engine.feel.expression import compile_expression
from tests.browser import chromium
from tests.engine.feel_sentences import NAMES, TODAY, VALUES, Author, Sentence
from web.assets import node_environment

PEER = Path(__file__).parent / "feel_peer.mjs"
STRICT = {"NULL", "VALUE", "LIMIT"}


def ask_peer(questions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    chromium.ensure()
    done = subprocess.run(
        ["node", str(PEER)], input=json.dumps(questions), env=node_environment(), capture_output=True, text=True,
        check=True,
    )  # fmt: skip
    return json.loads(done.stdout)  # type: ignore[no-any-return]


def plain(value: Any) -> Any:
    """Out: a value as the peer's JSON holds it."""
    if isinstance(value, datetime):
        return {"datetime": value.isoformat()}
    if isinstance(value, date):
        return {"date": value.isoformat()}
    if isinstance(value, timedelta):
        return {"duration": f"P{value.days}D"}
    return value


def same(ours: Any, theirs: Any) -> bool:
    if isinstance(ours, list) and isinstance(theirs, list):
        return len(ours) == len(theirs) and all(map(same, ours, theirs))
    if isinstance(ours, Decimal) and isinstance(theirs, int | float) and not isinstance(theirs, bool):
        return abs(ours - Decimal(repr(theirs))) <= abs(ours) * Decimal("1e-12") + Decimal("1e-12")
    return type(ours) is type(theirs) and ours == theirs


def compare(count: int, seed: int) -> tuple[Counter[str], list[str]]:
    """Out: how many agreed or were strict, by outcome; and every difference that is not intended."""
    author, asked, outcomes = Author(seed), [], Counter[str]()
    while len(asked) < count:
        sentence = author.sentence()
        try:
            run = compile_expression(sentence.ours, NAMES, sentence.type)
        except FeelError as error:
            if error.code != "LIMIT":
                raise  # the author writes nothing ill-typed
            continue
        try:
            asked.append((sentence, run.evaluate(VALUES, TODAY)))
        except FeelError as error:
            if error.code not in STRICT:
                raise
            outcomes[error.code] += 1
    values = {name: plain(it) for name, it in VALUES.items()}
    answers = ask_peer([{"text": _question(*it), "values": values} for it in asked])
    wrong = []
    for (sentence, ours), answer in zip(asked, answers, strict=True):
        expected = True if isinstance(ours, date) else ours
        if same(expected, answer.get("value")):
            outcomes[f"agreed on {sentence.type}"] += 1
        else:
            wrong.append(f"{sentence.ours}\n  ours {ours!r}, theirs {answer}")
    return outcomes, wrong


def _question(sentence: Sentence, ours: Any) -> str:
    return f'({sentence.theirs}) = date("{ours}")' if isinstance(ours, date) else sentence.theirs


def _agree(count: int, seed: int) -> None:
    outcomes, wrong = compare(count, seed)
    assert not wrong, f"{len(wrong)} of {count} differ:\n" + "\n".join(wrong[:5])
    print(dict(outcomes))
    assert outcomes["agreed on boolean"] > count / 4
    assert all(
        outcomes[f"agreed on {kind}"] > count / 50 for kind in ("number", "string", "date", "list<number>")
    )


def test_four_thousand_sentences_mean_the_same_to_another_engine() -> None:
    _agree(4_000, 2026)


@pytest.mark.long
def test_fifty_thousand_sentences_mean_the_same_to_another_engine() -> None:
    for seed in range(10):
        _agree(5_000, seed)
