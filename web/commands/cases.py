"""`python3 -m web cases` and `show`: where every case stands, and one of them whole."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from web.commands.office import Add, Refusal, composed, print_json, saying

if TYPE_CHECKING:
    from processes.actions.operation import CaseWhole


def register(add: Add) -> None:
    """In: what adds a command."""
    listing = add("cases", saying(_cases), "list the cases: process, version, status, waits, incidents")
    listing.add_argument("--json", action="store_true", help="print JSON and nothing else")
    one = add("show", saying(_show), "show a case: state, waits, incidents, diagram as text, history")
    one.add_argument("case", metavar="CASE", help="its number, such as dp-2027-3")
    one.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _cases(options: argparse.Namespace) -> int:
    from processes.actions import operation

    with composed() as kaasa, kaasa.database.session() as session:
        found = operation.cases(session, kaasa.municipality_id)
    if options.json:
        print_json([asdict(it) for it in found])
        return 0
    head = ("NUMBER", "PROCESS", "VERSION", "STATUS", "WAITS", "INCIDENTS", "SINCE")
    rows = [
        (it.number, it.process, str(it.version or "-"), it.status, str(it.waits), str(it.incidents), _at(it.since))
        for it in found
    ]  # fmt: skip
    widths = [max(len(row[n]) for row in [head, *rows]) for n in range(len(head))]
    for row in [head, *rows] if rows else []:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    if not rows:
        print("There is no case yet.")
    return 0


def _show(options: argparse.Namespace) -> int:
    from processes.actions import operation
    from processes.errors import NotFound

    with composed() as kaasa, kaasa.database.session() as session:
        try:
            it = operation.show(session, kaasa.municipality_id, options.case, runtime=kaasa.runtime)
        except NotFound as error:
            raise Refusal(f"No case {options.case!r} is under way; `cases` lists them.") from error
    if options.json:
        print_json(_plain(it))
    else:
        print(_text(it))
    return 0


def _plain(it: CaseWhole) -> dict[str, Any]:
    return {
        **asdict(it.line),
        "instance": it.instance_id,
        "revision": it.revision,
        "waits": [
            {"kind": w.kind, "element": w.element, "role": w.role, "due": w.due_at, "since": w.opened_at}
            for w in it.waits
        ],
        "incidents": [
            {"id": i.id, "element": i.element, "error": i.error, "since": i.created_at} for i in it.incidents
        ],
        "history": [asdict(row) for row in it.history],
        "diagram": it.diagram.splitlines(),
    }


def _text(it: CaseWhole) -> str:
    line = it.line
    said = [
        f"{line.number}: {line.process} version {line.version}, {line.status}, revision {it.revision}",
        f"instance {it.instance_id}",
        "",
        f"Waits ({len(it.waits)})",
        *(
            f"  {w.kind:<8} {w.element}{f' [{w.role}]' if w.role else ''}"
            f"{f', due {_at(w.due_at)}' if w.due_at else ''}, since {_at(w.opened_at)}"
            for w in it.waits
        ),
        "",
        f"Incidents ({len(it.incidents)})",
        *(f"  {i.id}  {i.element or '-'}, since {_at(i.created_at)}: {i.error}" for i in it.incidents),
        "",
        "Diagram ([x] done, [>] open, [ ] ahead, [-] not needed, [!] failed)",
        *(f"  {row}" for row in it.diagram.splitlines()),
        "",
        f"History ({len(it.history)})",
        *(
            f"  {_at(h.at)}  {h.what:<10} {h.element or '-'}  {h.actor}{f'  {h.details}' if h.details else ''}"
            for h in it.history
        ),
    ]
    return "\n".join(said)


def _at(moment: Any) -> str:
    return str(moment.astimezone(_zone()).strftime("%Y-%m-%d %H:%M"))


def _zone() -> Any:
    from engine.clock import ZONE

    return ZONE
