"""`python3 -m web incidents`: what failed and needs a person, and the same acts as on the page."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Any

from web.commands.office import Add, Refusal, composed, print_json, saying

if TYPE_CHECKING:
    from web.compose import Kaasa

ACTS = ("retry", "skip", "cancel", "set-aside")


def register(add: Add) -> None:
    """In: what adds a command."""
    command = add("incidents", saying(_run), "list what failed and needs a person, and act on it")
    command.add_argument("act", nargs="?", choices=ACTS, metavar="ACT", help=f"one of {', '.join(ACTS)}")
    command.add_argument("incident", nargs="?", metavar="ID", help="the incident to act on")
    command.add_argument("--case", metavar="NUMBER", help="only those of this case")
    command.add_argument("--reason", default="", help="why (skip, cancel, set-aside)")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="FIELD=VALUE",
        help="a result the failed step was to give (skip)",
    )
    command.add_argument("--sure", default="", metavar="NUMBER", help="the case's number once more (cancel)")
    command.add_argument("--trace", action="store_true", help="print what a developer needs")
    command.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _run(options: argparse.Namespace) -> int:
    from processes.actions import incident, operation

    with composed() as kaasa:
        actor = operation.operator(kaasa.municipality_id)
        with kaasa.database.session() as session:
            found = incident.every(session, actor)
            session.expunge_all()
        if options.case:
            found = [(number, it) for number, it in found if number == options.case]
        if options.act is None:
            return _list(found, options)
        mine = [(number, it) for number, it in found if it.id == options.incident]
        if not mine:
            raise Refusal("There is no such open incident; `incidents` lists them with their ids.")
        number, it = mine[0]
        _act(kaasa, options, number, it.id)
        print(f"{options.act}: {number} {it.element or '(no element)'}")
        return 0


def _list(found: list[tuple[str, Any]], options: argparse.Namespace) -> int:
    rows = [
        {
            "id": it.id, "case": number, "element": it.element, "since": it.created_at.isoformat(),
            "error": it.error, **({"trace": it.trace} if options.trace else {}),
        }
        for number, it in found
    ]  # fmt: skip
    if options.json:
        print_json(rows)
        return 0
    for row in rows:
        print(
            f"{row['id']}  {row['case']}  {row['element'] or '-'}  since {row['since']}\n    {row['error']}"
        )
        if options.trace:
            print(row["trace"])
    if not rows:
        print("Nothing stands still.")
    return 0


def _act(kaasa: Kaasa, options: argparse.Namespace, number: str, incident_id: str) -> None:
    from engine.errors import EngineError, NotOpen, ServiceFailed
    from processes.actions import incident, operation
    from processes.errors import Refused, TooLate
    from web.sentences import problems

    actor, now = operation.operator(kaasa.municipality_id), kaasa.clock.now()

    def deed(session: Any) -> None:
        if options.act == "retry":
            incident.try_again(session, actor, number, incident_id, now=now)
        elif options.act == "set-aside":
            incident.set_aside(session, actor, number, incident_id, options.reason, now=now)
        elif options.act == "skip":
            given = _given(options.set)
            incident.skip(
                session, actor, number, incident_id, given, options.reason, runtime=kaasa.runtime, now=now
            )
        else:
            incident.cancel(
                session, actor, number, options.reason, options.sure,
                runtime=kaasa.runtime, office=kaasa.post_office, now=now,
            )  # fmt: skip

    try:
        kaasa.database.transaction(deed)
    except Refused as refused:
        said = (f"{name.removeprefix(incident.RESULT)}: {it}" for name, it in problems(refused).items())
        raise Refusal("\n".join(said)) from refused
    except ServiceFailed as error:
        raise Refusal(f"Nothing was changed, because a later step fails as well: {error}.") from error
    except (TooLate, NotOpen) as error:
        raise Refusal(f"Nothing was changed: {error}") from error
    except EngineError as error:
        raise Refusal(f"Nothing was changed: {type(error).__name__}: {error}") from error


def _given(pairs: list[str]) -> dict[str, str]:
    given = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise Refusal(f"{pair!r} is not FIELD=VALUE.")
        given[name.strip()] = value
    return given
