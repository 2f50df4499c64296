"""The command line: `python3 -m web <command>`. Every command fails with a sentence and a non-zero code."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path
from typing import Any

from web import mail_commands
from web.commands import audit, cases, incidents, move, signal

ROOT = Path(__file__).resolve().parent.parent
# Commands with a room of their own; a new one is a module of `web/commands` with `register`.
ROOMS = (cases, incidents, signal, audit, mail_commands, move)


def run(arguments: Sequence[str]) -> int:
    """In: the arguments after `python3 -m web`. Out: an exit code."""
    parsed = parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = parsed.run
    try:
        return command(parsed)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        return 0


def parser() -> argparse.ArgumentParser:
    """Every command and its options; the reference is generated from here."""
    top = argparse.ArgumentParser(
        prog="python3 -m web", description="Kaasa: consultations carried from the announcement to the answer."
    )
    commands = top.add_subparsers(required=True, metavar="COMMAND")

    demo = _command(
        commands, "demo", _demo, "run the demonstration: an invented municipality on this machine"
    )
    demo.add_argument("--port", type=int, default=8000, help="where to listen (default 8000)")
    demo.add_argument("--keep", action="store_true", help="go on where the demonstration stood, not afresh")
    demo.add_argument("--fresh", action="store_true", help="begin afresh (the default)")
    demo.add_argument(
        "--folder", type=Path, default=ROOT / "var" / "demo", help="where its data lies (default var/demo)"
    )

    serve = _command(commands, "serve", _serve, "serve people; settings come from KAASA_… variables")
    serve.add_argument("--no-loop", action="store_true", help="leave timers, jobs and letters to `work`")

    _command(commands, "work", _work, "do what is due: timers, jobs and letters, until stopped")
    migrate = _command(commands, "migrate", _migrate, "bring the database's tables to this version")
    migrate.add_argument("--to", default="head", help="the revision to go to, `base` for none (default head)")
    _command(commands, "seed", _seed, "put the invented municipality into an empty database")

    check = _command(commands, "check", _check, "say what would misrun in processes, forms and decisions")
    check.add_argument("paths", nargs="*", metavar="PATH", help="process folders or files (default bpmn)")
    _json(check)

    rehearse = _command(commands, "rehearse", _rehearse, "play a process in memory, clock in hand")
    rehearse.add_argument("target", metavar="PROCESS_OR_PATH", help="a process key, or a folder")
    rehearse.add_argument("--case", type=Path, metavar="FILE", help="a real procedure to replay (JSON)")
    rehearse.add_argument("--until", type=_day, metavar="DATE", help="stop on this day (YYYY-MM-DD)")
    _json(rehearse)

    deadline = _command(commands, "deadline", _deadline, "say when a term ends, and why")
    deadline.add_argument("day", type=_day, metavar="DATE", help="the day of the event (YYYY-MM-DD)")
    deadline.add_argument("term", metavar="TERM", help="such as P14D, P2W, P3M, 'P5D working'")
    deadline.add_argument("--before", action="store_true", help="the last day at least TERM before DATE")
    _json(deadline)
    for room in ROOMS:
        room.register(lambda name, function, text: _command(commands, name, function, text))
    return top


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],
    name: str,
    function: Callable[[argparse.Namespace], int],
    text: str,
) -> argparse.ArgumentParser:
    made = commands.add_parser(name, help=text, description=text[0].upper() + text[1:] + ".")
    made.set_defaults(run=function)
    return made


def _json(command: argparse.ArgumentParser) -> None:
    command.add_argument("--json", action="store_true", help="print JSON and nothing else")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(f"{text!r} is not a day; write it like 2026-12-10") from error


def _print_json(value: Any) -> None:
    print(json.dumps(value, ensure_ascii=False, indent=1, default=str))


def _fail(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 1


def _demo(options: argparse.Namespace) -> int:
    from web import demonstrate

    return demonstrate.run(options.folder, options.port, keep=options.keep and not options.fresh)


def _serve(options: argparse.Namespace) -> int:
    from web import assets, logs, serving
    from web.app import create_app
    from web.compose import compose
    from web.settings import Settings

    logs.begin()
    assets.build()
    settings = Settings()
    kaasa = compose(settings)
    try:
        if sentence := kaasa.schema_problem():
            return _fail(sentence)
        print(f"Kaasa listens at {settings.url()}", file=sys.stderr, flush=True)
        serving.serve(create_app(kaasa, loop=not options.no_loop), settings.host, settings.port)
    finally:
        kaasa.close()
    return 0


def _work(_options: argparse.Namespace) -> int:
    import logging
    import signal

    from web import logs
    from web.compose import compose
    from web.settings import Settings

    logs.begin()
    kaasa = compose(Settings())
    try:
        if sentence := kaasa.schema_problem():
            return _fail(sentence)
        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, lambda *_: kaasa.loop.ask_to_stop())
        logging.getLogger("kaasa.loop").info("works_until_stopped")
        kaasa.receiving.start()
        kaasa.loop.run()
    finally:
        kaasa.close()
    return 0


def _migrate(options: argparse.Namespace) -> int:
    from processes import migrate
    from web.settings import Settings

    settings = Settings()
    settings.folder.mkdir(parents=True, exist_ok=True)
    known = [*migrate.revisions(), "head", "base"]
    if options.to not in known:
        return _fail(f"There is no revision {options.to!r}; there are {', '.join(known)}.")
    if options.to == "head":
        migrate.upgrade(settings.database())
    else:
        migrate.upgrade(settings.database())
        migrate.downgrade(settings.database(), options.to)
    print(f"The database is at {options.to}.")
    return 0


def _seed(_options: argparse.Namespace) -> int:
    from web import demonstrate
    from web.compose import compose
    from web.settings import Settings

    kaasa = compose(Settings())
    try:
        if sentence := kaasa.schema_problem() or demonstrate.occupied(kaasa):
            return _fail(sentence)
        demonstrate.seed(kaasa)
    finally:
        kaasa.close()
    print("The invented municipality is in the database.")
    return 0


def _check(options: argparse.Namespace) -> int:
    from processes.actions import check

    findings = check.check([Path(path) for path in options.paths] or [ROOT / "bpmn"])
    if options.json:
        _print_json([{"file": it.file, "element": it.element, "sentence": it.sentence} for it in findings])
    else:
        for finding in findings:
            print(f"{finding.file}: {finding.element}: {finding.sentence}")
        if not findings:
            print("Nothing to mend.")
    return 1 if findings else 0


def _rehearse(options: argparse.Namespace) -> int:
    from engine.clock import SystemClock, local_day
    from engine.errors import EngineError
    from processes.actions import rehearsal
    from processes.errors import ProcessError

    folder = Path(options.target)
    if not folder.is_dir():
        folder = ROOT / "bpmn" / options.target
    if not folder.is_dir():
        known = ", ".join(sorted(path.parent.name for path in ROOT.glob("bpmn/*/process.toml")))
        return _fail(f"There is no process {options.target!r}. Name a folder, or one of: {known}.")
    try:
        case = options.case.read_bytes() if options.case else None
        today = local_day(SystemClock().now())
        result = rehearsal.rehearse(folder, case=case, start=today, until=options.until)
    except (OSError, ValueError, EngineError, ProcessError) as error:
        return _fail(str(error))
    print(result.as_json() if options.json else result.as_text())
    return 0


def _deadline(options: argparse.Namespace) -> int:
    from processes import deadline, deadline_words

    try:
        count = deadline.latest_before if options.before else deadline.ends
        found = count(options.day, options.term)
    except deadline.TermUnreadable as error:
        return _fail(str(error))
    reason = deadline_words.sentence(found, "et")
    if options.json:
        _print_json({"ends": found.ends_on.isoformat(), "reason": reason})
    else:
        print(f"{found.ends_on.isoformat()}\n{reason}")
    return 0
