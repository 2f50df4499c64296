"""`python3 -m web signal NAME`: send a signal to every case that waits for it."""

from __future__ import annotations

import argparse

from web.commands.office import Add, Refusal, composed, saying


def register(add: Add) -> None:
    """In: what adds a command."""
    command = add("signal", saying(_send), "send a signal to every case that waits for it")
    command.add_argument("name", metavar="NAME", help="the signal as the diagrams name it")
    command.add_argument(
        "--id", default="", help="one for each occasion; sent again under the same id, it is heard once"
    )


def _send(options: argparse.Namespace) -> int:
    import uuid_utils

    from processes.actions import operation, signal

    with composed() as kaasa:
        identity = options.id or str(uuid_utils.uuid7())
        heard = signal.send(
            kaasa.database.transaction,
            operation.operator(kaasa.municipality_id),
            options.name,
            signal_id=identity,
            runtime=kaasa.runtime,
            now=kaasa.clock.now(),
        )
    if not heard.cases and not heard.failed:
        raise Refusal(f"No case waits for the signal {options.name!r}; `show CASE` tells what one waits for.")
    print(f"{heard.cases} cases heard {options.name!r} (id {identity}).")
    if heard.failed:
        raise Refusal(
            f"In {heard.failed} cases the next step failed and was undone; `incidents` lists them. "
            f"Mend the cause and send it again with --id {identity}."
        )
    return 0
