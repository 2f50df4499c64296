"""Play a process with the clock in hand, plainly or as a real procedure went, and say what was kept.

`rehearse` is what the command line calls; see `stage` for the people and `script` for what they do.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlmodel import select

from engine.clock import ZONE, local_day
from engine.errors import AnswersRefused, EngineError, GuardHolds
from engine.folder import read_folder
from engine.instance import ACTIVE
from engine.rehearsal import Entry
from engine.wait import HUMAN, Wait
from processes import findings, procedure, terms
from processes.actions import script as scripts
from processes.actions.script import Script, shifted
from processes.actions.stage import HERE, Sent, Stage, moment
from processes.deadline import ONE_DAY, working_day_from
from processes.deadline_words import day_in
from processes.errors import ProcessError, Refused
from processes.findings import Finding
from processes.obligation import Obligation, plain_name
from processes.procedure import Procedure

MOST_STEPS = 2_000
CLOSES = 17  # o'clock in Tallinn


@dataclass
class Result:
    """What a rehearsal came to. `ended` is whether an end was reached, `end` which one."""

    ended: bool = False
    end: str | None = None
    until: datetime | None = None
    steps: list[Entry] = field(default_factory=list)
    letters: list[Sent] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    waits: list[str] = field(default_factory=list)

    def as_json(self) -> str:
        """One JSON object; moments are ISO 8601 in Tallinn's time."""
        return json.dumps(
            {
                "ended": self.ended,
                "end": self.end,
                "until": _iso(self.until),
                "waits": self.waits,
                "steps": [{"at": _iso(it.at), "element": it.element, "what": it.what} for it in self.steps],
                "letters": [{"to": it.to, "kind": it.kind, "at": _iso(it.at)} for it in self.letters],
                "findings": [asdict(it) for it in self.findings],
            },
            ensure_ascii=False,
            indent=1,
        )

    def as_text(self) -> str:
        """The same for reading, in Estonian."""
        marks = {True: "peetud", False: "RIKUTUD", None: "teadmata"}
        lines = [
            f"{it.at.astimezone(ZONE):%d.%m.%Y %H:%M}  {it.element or '·'}  {it.what}" for it in self.steps
        ]
        lines += ["", f"Kirju: {len(self.letters)}"]
        lines += [f"[{marks[it.kept]}] {it.sentence}" for it in self.findings]
        where = (
            f"Lõppes: {self.end}" if self.ended else f"Ei ole lõppenud; ootab: {', '.join(self.waits) or '–'}"
        )
        return "\n".join([*lines, where])


class RehearsalFailed(ProcessError):  # noqa: N818  it is what happened, as every error of the house
    """The process cannot be played; the sentence says where it stopped and what to mend."""

    code = "rehearsal_failed"


def rehearse(
    folder: Path, *, case: str | bytes | None = None, start: date, until: date | None = None
) -> Result:
    """Play the process of a folder. In: the folder, a case file's text, the first day, the last day to play.

    Out: a Result. Errors: RehearsalFailed, ProcedureUnreadable, and the engine's when the folder is refused.
    """
    files = read_folder(folder)
    real = procedure.read(case) if case is not None else None
    if real is not None and real.process != folder.name:
        raise RehearsalFailed(
            f"The case is a {real.process}, the process a {folder.name}; name the one it belongs to."
        )
    return _Player(files, real, start, until).run()


class _Player:
    def __init__(
        self, files: Mapping[str, str], case: Procedure | None, start: date, until: date | None
    ) -> None:
        self.case = case
        self.script = scripts.of_case(case) if case else Script()
        self.first = scripts.begins(case, start) if case else start
        invited = [it for it in dict.fromkeys(o.organisation for o in case.opinions) if it] if case else []
        self.stage = Stage(files, self.first, case.title if case else "Proov", invited)
        self.play = self.stage.play
        self.last = until
        self.outcomes: dict[str, tuple[str, str]] = {}
        self.refused: list[Finding] = []
        self.files = files

    def run(self) -> Result:
        fields = self.play.definition.process.fields
        given = {"application_on": self.first} if "application_on" in fields else {}
        self.stage.begin(given)
        for _ in range(MOST_STEPS):
            if not self._go_on():
                break
        else:
            raise RehearsalFailed(
                f"After {MOST_STEPS} steps no end was reached; look for a loop without a way out."
            )
        return self._result()

    def _go_on(self) -> bool:
        """One more thing happens. Out: False when there is nothing more, or the script stops here."""
        instance = self.play.instance
        if instance.status != ACTIVE or self._over():
            return False
        self._broken_off()
        self._listen()
        waits = self.play.waits()
        human = [it for it in waits if it.kind == HUMAN]
        if not human:
            due = min((it.due_at for it in waits if it.due_at), default=None)
            if self.last and due and local_day(due) > self.last:
                self.play.until(moment(self.last))
                return False
            return self.play.advance_to_next() is not None
        today = self._office_day()
        task = min(human, key=lambda it: self.script.day_of(plain_name(it.element), today))
        element = plain_name(task.element)
        if element == self.script.stops_at:
            return False
        day = self.script.day_of(element, today)
        if moment(day) > self.play.clock.now():
            self._until(day)
            if task.id not in {it.id for it in self.play.waits()}:
                return True
        if self._over():
            return False
        self._do(task)
        return True

    def _office_day(self) -> date:
        """Today while the office is open, else the next working day: people do not work at midnight."""
        here = self.play.clock.now().astimezone(ZONE)
        day = here.date() if here.hour < CLOSES else here.date() + ONE_DAY
        return working_day_from(day)

    def _do(self, task: Wait) -> None:
        element, today = plain_name(task.element), local_day(self.play.clock.now())
        answers = self.script.answer(element, self.play.definition.form(element), today)
        answers = {**answers, **self._chosen(element, answers)}
        if element == "answer_opinions":
            self.stage.answer(self.outcomes)
        if element == "propose_agenda":
            self.stage.put_on_agenda()
        if element == "treat_objections":
            self.stage.treat()
        for _ in range(5):
            try:
                self.play.complete(task.element, answers)
            except Refused as problem:
                again = shifted(answers, {name: reason.params for name, reason in problem.problems.items()})
                self._note(element, problem)
                if again is None:
                    raise RehearsalFailed(f"{element}: {problem}") from problem
                answers = again
            except (AnswersRefused, GuardHolds, EngineError, ProcessError) as problem:
                raise RehearsalFailed(f"{element}: {problem}") from problem
            else:
                return
        raise RehearsalFailed(f"{element} was refused five times; look at what it asks.")

    def _chosen(self, element: str, answers: Mapping[str, Any]) -> dict[str, Any]:
        if element == "invite_organisations":
            return {"organisations": self.stage.organisations}
        if element == "send_for_approval":
            today = local_day(self.play.clock.now())
            return {
                "authorities": self.stage.authorities,
                "sent_on": answers.get("sent_on", today.isoformat()),
            }
        return {}

    def _note(self, element: str, problem: Refused) -> None:
        """What a real procedure did and the product would not have let pass."""
        if self.case is None:
            return
        for name, reason in problem.problems.items():
            earliest, given = reason.params.get("earliest"), self.script.answers.get(element, {}).get(name)
            if isinstance(earliest, date) and given is not None:
                self.refused.append(
                    Finding(
                        f"{element}.{name}", earliest.isoformat(), str(given), False,
                        f"Kaasa ei oleks seda päeva lubanud ({element}); varaseim lubatud päev on {day_in(earliest, 'et')}.",
                    )
                )  # fmt: skip

    def _listen(self) -> None:
        today = local_day(self.play.clock.now())
        due = [it for it in self.script.heard if it.on <= today]
        self.script.heard = [it for it in self.script.heard if it.on > today]
        for it in due:
            at = min(moment(it.on), self.play.clock.now())
            key = self.stage.hear(it.author, it.text, at, organisation=it.organisation)
            self.outcomes[key] = (it.outcome, it.reasons)

    def _broken_off(self) -> None:
        if not self.script.broken_off:
            return
        if not any(it.element == "display_round/round_closes" for it in self.play.waits()):
            return
        last, first, until, reason = self.script.broken_off.pop(0)
        self._until(min(last, local_day(self.play.clock.now()) + timedelta(days=1)))
        self.script.answers["repeat_display"] = {
            "display_from": first.isoformat(), "display_to": until.isoformat(), "reason": reason or "Väljapanek katkes.",
        }  # fmt: skip
        self.play.tell("display_interrupted")

    def _until(self, day: date) -> None:
        limit = min(day, self.last) if self.last else day
        for opinion_day in sorted({it.on for it in self.script.heard if it.on <= limit}):
            self.play.until(moment(opinion_day))
            self._listen()
        self.play.until(moment(limit))

    def _over(self) -> bool:
        return self.last is not None and local_day(self.play.clock.now()) >= self.last

    def _result(self) -> Result:
        instance = self.play.instance
        found = self._judged() if self.case is None else [*self._real(), *self.refused]
        return Result(
            ended=instance.status != ACTIVE,
            end=instance.end_element,
            until=self.play.clock.now(),
            steps=[it for it in self.play.log if it.what != "reached"],
            letters=self.stage.letters(),
            findings=found,
            waits=[it.element for it in self.play.waits()] if instance.status == ACTIVE else [],
        )

    def _real(self) -> list[Finding]:
        assert self.case is not None  # noqa: S101  for the type checker: asked by _result
        frozen = terms.freeze(self.files, max(self.first, date(2015, 7, 1)))
        periods = {key: str(row["period"]) for key, row in frozen.items()}
        return findings.of(self.case, periods)

    def _judged(self) -> list[Finding]:
        with self.stage.database.session() as session:
            rows = session.exec(select(Obligation).where(Obligation.municipality_id == HERE)).all()
            return [_of_obligation(row, self.play.clock.now()) for row in rows if row.term]


def _of_obligation(row: Obligation, now: datetime) -> Finding:
    due, met = local_day(row.due_at), local_day(row.met_at) if row.met_at else None
    kept = row.kept(now)
    words = {True: "Tähtajast peeti kinni", False: "Tähtaega ei peetud", None: "Tähtaeg veel kestab"}[kept]
    done = f", tehtud {day_in(met, 'et')}" if met else ""
    return Finding(
        row.term, due.isoformat(), met.isoformat() if met else None, kept,
        f"{words}: {row.element}, tähtaeg {day_in(due, 'et')}{done}.",
    )  # fmt: skip


def _iso(at: datetime | None) -> str | None:
    return at.astimezone(ZONE).isoformat() if at else None
