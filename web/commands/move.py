"""`python3 -m web move`: say what a move of running cases would do, do it, or take it back; the page's words."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from web.commands.office import Add, Refusal, composed, fail, print_json, saying

if TYPE_CHECKING:
    from processes.actions.moving_prospect import Prospect
    from processes.permission import Actor
    from web.compose import Kaasa

BATCH = 100
SOMEONE = "command-line"  # who did it, in the history: nobody is signed in here


def register(add: Add) -> None:
    """In: what adds a command (name, function, text) and gives its parser."""
    move = add(
        "move", saying(_move), "move running cases to another version of their procedure, or say why not"
    )
    move.add_argument("definition", metavar="DEFINITION", help="a process key, such as detailed_plan")
    move.add_argument(
        "--to", default="newest", metavar="VERSION",
        help="a version's number, `newest` (default), or `folder`: what the folder holds now, as a new version",
    )  # fmt: skip
    move.add_argument(
        "--case", action="append", default=[], metavar="NUMBER", help="only this case (repeatable)"
    )
    move.add_argument(
        "--map", action="append", default=[], metavar="OLD=NEW", type=_pair,
        help="a step of the new version that stands in for one of the old (repeatable)",
    )  # fmt: skip
    move.add_argument(
        "--due", action="append", default=[], metavar="STEP=MOMENT", type=_moment,
        help="a new moment for an open deadline, with its zone (repeatable); others stay",
    )  # fmt: skip
    move.add_argument(
        "--terms", choices=("kept", "new"), default="kept", help="which terms cases go by (default kept)"
    )
    move.add_argument("--reason", default="", metavar="TEXT", help="why; needed with `--terms new`")
    move.add_argument("--apply", action="store_true", help="move every case that can go")
    move.add_argument("--revert", action="store_true", help="take the last move of the named cases back")
    move.add_argument(
        "--language", choices=("et", "en", "ru"), default="en", help="of what is said (default en)"
    )
    move.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _pair(text: str) -> tuple[str, str]:
    before, sign, after = text.partition("=")
    if not (before.strip() and sign and after.strip()):
        raise argparse.ArgumentTypeError(f"{text!r} is not OLD=NEW; write two steps, such as answer=reply")
    return before.strip(), after.strip()


def _moment(text: str) -> tuple[str, datetime]:
    step, moment = _pair(text)
    try:
        read = datetime.fromisoformat(moment)
    except ValueError as error:
        raise argparse.ArgumentTypeError(
            f"{moment!r} is no moment; write 2027-03-01T23:59:59+02:00"
        ) from error
    if read.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{moment!r} lacks its zone; write 2027-03-01T23:59:59+02:00")
    return step, read


def _move(options: argparse.Namespace) -> int:
    from processes.permission import ADMINISTRATOR, Actor
    from web import i18n

    if options.apply and options.revert:
        return fail("Either --apply or --revert.")
    if options.revert and not options.case:
        return fail("Name the cases to take back: --case NUMBER.")
    if options.terms == "new" and not options.reason.strip():
        return fail(
            "New terms need a reason: --reason TEXT. Without it a case keeps the terms it began with."
        )
    i18n.current.set(options.language)
    with composed() as kaasa:
        actor = Actor(kaasa.municipality_id, SOMEONE, frozenset({ADMINISTRATOR}))
        if options.revert:
            return _revert(kaasa, actor, options)
        to = _version(kaasa, actor, options)
        found = list(_look(kaasa, actor, options, to))
        if options.apply:
            return _apply(kaasa, actor, options, to, found)
        if options.json:
            print_json([_plain(it) for it in found])
        else:
            print("\n".join(_sentences(found, to)))
        return 1 if any(not case.may for it in found for case in it.cases) else 0


def _version(kaasa: Kaasa, actor: Actor, options: argparse.Namespace) -> int:
    from processes.actions import moving_versions
    from processes.errors import NotFound

    now = kaasa.clock.now()
    try:
        if options.to == "folder":
            return kaasa.database.transaction(
                lambda s: moving_versions.take_over(
                    s, actor, options.definition, runtime=kaasa.runtime, now=now
                )
            )
        with kaasa.database.session() as session:
            newest = moving_versions.newest(session, actor, options.definition, runtime=kaasa.runtime)
    except NotFound as error:
        raise Refusal(f"There is no procedure {options.definition!r} that has begun here.") from error
    if options.to == "newest":
        return newest
    if not options.to.isdigit() or not 1 <= int(options.to) <= newest:
        raise Refusal(f"There is no version {options.to!r} of {options.definition}; the newest is {newest}.")
    return int(options.to)


def _look(kaasa: Kaasa, actor: Actor, options: argparse.Namespace, to: int) -> Iterator[Prospect]:
    """Everything there is to say, a hundred cases at a time."""
    from processes.actions import moving_prospect

    page, pages = 1, 1
    while page <= pages:
        with kaasa.database.session() as session:
            found = moving_prospect.prospect(
                session, actor, options.definition, to, dict(options.map), options.language,
                runtime=kaasa.runtime, now=kaasa.clock.now(), numbers=options.case, page=page, size=BATCH,
                moments=dict(options.due),
            )  # fmt: skip
        yield found
        page, pages = page + 1, found.pages


def _apply(kaasa: Kaasa, actor: Actor, options: argparse.Namespace, to: int, found: list[Prospect]) -> int:
    from processes.actions import moving

    deed = partial(
        moving.apply, actor=actor, key=options.definition, to=to, mapping=dict(options.map), runtime=kaasa.runtime,
        now=kaasa.clock.now(), new_terms=options.terms == "new", reason=options.reason, moments=dict(options.due),
    )  # fmt: skip
    return _each(
        kaasa, [case.number for it in found for case in it.cases], deed, f"moved to version {to}", options
    )


def _revert(kaasa: Kaasa, actor: Actor, options: argparse.Namespace) -> int:
    from processes.actions import moving

    deed = partial(moving.revert, actor=actor, runtime=kaasa.runtime, now=kaasa.clock.now())
    return _each(kaasa, options.case, deed, "back at its former version", options)


def _each(
    kaasa: Kaasa, numbers: list[str], deed: Callable[..., None], done: str, options: argparse.Namespace
) -> int:
    """A transaction for each case; one that cannot go holds up no other. Out: an exit code."""
    from engine.errors import EngineError, MoveRefused
    from processes.actions import moving
    from processes.errors import ProcessError
    from web import moving_words

    said: dict[str, str] = {}
    for place, number in enumerate(numbers, start=1):
        try:
            kaasa.database.transaction(partial(deed, number=number))
        except MoveRefused as refused:
            said[number] = " ".join(moving_words.reason(it) for it in moving.reasons_of(refused))
        except (EngineError, ProcessError) as error:
            said[number] = str(error)
        if not options.json:
            print(f"[{place}/{len(numbers)}] {number}: {said.get(number, done)}", flush=True)
    if options.json:
        print_json({number: said.get(number, "done") for number in numbers})
    return 1 if said else 0


def _sentences(found: list[Prospect], to: int) -> Iterator[str]:
    from web import moving_words

    first = found[0]
    yield f"{first.title}: {first.found} case(s) under way run by another version than {to}."
    shown: set[int] = set()
    for it in found:
        for difference in it.differences:
            if difference.version not in shown:
                shown.add(difference.version)
                yield f"\nVersion {difference.version} -> {to}:"
                changes = [moving_words.change(change, name) for change, name in difference.changes]
                yield from (f"  {text}" for text in changes or ["no step and no text is different"])
        for case in it.cases:
            yield f"\n{case.number} {case.title} (version {case.version}; {'; '.join(case.now)})"
            yield "  " + ("can go; on a copy it reached an end." if case.may else "stays.")
            yield from (f"  {moving_words.reason(why)}" for why in case.reasons)
            if case.terms:
                yield f"  Its terms differ from those in force now and are kept: {', '.join(case.terms)}."
            if case.dropped:
                yield f"  No longer known, kept in the record of the move: {', '.join(case.dropped)}."
    if first.found:
        yield "\nNothing was changed; --apply moves those that can go."


def _plain(it: Prospect) -> dict[str, Any]:
    from web import moving_words

    return {
        "definition": it.key,
        "to": it.to,
        "changes": {
            row.version: [moving_words.change(change, name) for change, name in row.changes]
            for row in it.differences
        },
        "cases": [
            {
                "number": case.number,
                "version": case.version,
                "may": case.may,
                "reasons": [moving_words.reason(why) for why in case.reasons],
                "terms": case.terms,
                "dropped": case.dropped,
            }
            for case in it.cases
        ],
    }
