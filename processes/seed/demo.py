"""The invented municipality with its cases, each where another page of the product is worth a look.

Every case is played on the real engine, backwards dated from the moment the clock shows: the same moment
gives the same municipality.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Protocol

from sqlmodel import Session

from engine.clock import Clock, local_day
from engine.definition import Definition
from processes.seed import acts, cast, matters, round_table, stages, voices
from processes.seed.cast import HOME, Cast
from processes.seed.matters import Matter
from processes.seed.play import PROCESS, House, Play

FOLDER = Path(__file__).parents[2] / "bpmn" / PROCESS


class Installation(House, Protocol):
    """A composed installation with its clock."""

    @property
    def clock(self) -> Clock: ...


@dataclass(frozen=True)
class DemoResult:
    """Who is who (role -> person id), an invited association's link token, the cases by name, and the moment."""

    people: dict[str, str]
    invitation_token: str
    cases: dict[str, str]
    now: datetime


def seed(house: Installation) -> DemoResult:
    """Fill an empty database. In: a composed installation, its tables there. Out: where to begin looking.

    Errors: DefinitionRefused when the process folder has findings; what the database raises for a second seeding.
    """
    now = house.clock.now()
    with house.database.open_transaction() as session:
        library = house.runtime.library
        definition = library.deploy(session, HOME, library.read_folder(FOLDER), now=now - timedelta(days=400))
        company = cast.settle(session)
        telling = _Telling(house, session, definition, company, now)
        plays = telling.all()
        token = house.links.of(plays["display"].invitation("kurdid"))
        numbers = {name: play.case.number for name, play in plays.items()}
    people = {role: company.people[member.key] for member in reversed(cast.PEOPLE) for role in member.roles}
    return DemoResult(people, token, numbers, now)


@dataclass
class _Telling:
    house: House
    session: Session
    definition: Definition
    company: Cast
    now: datetime

    def all(self) -> dict[str, Play]:
        """Every case; the one with an open display last, so that its letters are the newest."""
        return {
            "closed": self._closed(),
            "committee": self._committee(),
            "discussion": self._discussion(),
            "answering": self._answering(),
            "approval": self._approval(),
            "upcoming": self._upcoming(),
            "launched": self._launched(),
            "round_table": self._round_table(),
            "display": self._display(),
        }

    def _closed(self) -> Play:
        play = self._begin(matters.PROMENADE, stages.ARCHIVED + 40)
        stages.initiate(play, also=("metsa", "kurdid"))
        stages.ask_authorities(play)
        stages.some_approve(play)
        stages.accept(play, "Ranna rahvamaja")
        stages.display(play, voices.PROMENADE)
        stages.answer(play, voices.PROMENADE)
        stages.call_discussion(play)
        stages.come(play, "liikumine", "accepted", "WHEEL", "PARK")
        stages.come(play, "ranna", "accepted")
        acts.arrange(play, {"WHEEL": "Sissepääs on astmeteta.", "PARK": "Koht on maja ees, teie nimega."})
        stages.results(play, "Arutelul oli 23 inimest. Räägiti pinkidest, bussist ja tee remondist.")
        stages.call_committee(play)
        stages.adopt(play, voices.PROMENADE)
        stages.close(play)
        return play

    def _committee(self) -> Play:
        play = self._begin(matters.SCHOOLYARD, stages.SECOND_SESSION - 3)
        stages.initiate(play)
        stages.ask_authorities(play)
        stages.accept(play, "Näidise Kooli fuajee")
        stages.display(play, voices.SCHOOLYARD)
        stages.answer(play, voices.SCHOOLYARD)
        stages.call_discussion(play)
        stages.come(play, "vaegkuuljad", "accepted", "CART", "LOOP")
        stages.come(play, "vanemad", "accepted")
        acts.arrange(play, {"CART": "Kirjutustõlk on tellitud.", "LOOP": "Saalis on silmusvõimendi."})
        stages.results(play, "Arutelul oli 31 inimest. Pärnad ja spordiväljaku lahtiolek jäid eriarvamusele.")
        stages.call_committee(play)
        return self._to_now(play)

    def _discussion(self) -> Play:
        play = self._begin(matters.SQUARE, stages.MEETING - 14, "urmas")
        stages.initiate(play, also=("kauplus",))
        stages.ask_authorities(play)
        stages.accept(play, "raamatukogu")
        stages.display(play, voices.SQUARE)
        stages.answer(play, voices.SQUARE)
        stages.call_discussion(play)
        play.to_day(stages.ANSWERED + 2)
        stages.come(play, "kurdid", "accepted", "SIGN")
        stages.come(play, "vaegkuuljad", "accepted", "CART", "LOOP")
        stages.come(play, "liikumine", "maybe", "WHEEL", "WC")
        stages.come(play, "eakad", "declined")
        acts.arrange(play, {"SIGN": "Viipekeeletõlk on tellitud.", "LOOP": "Saalis on silmusvõimendi."})
        return self._to_now(play)

    def _answering(self) -> Play:
        play = self._begin(matters.COURTYARD, stages.DISPLAY_TO + 12)
        stages.initiate(play)
        stages.ask_authorities(play)
        stages.some_approve(play)
        stages.accept(play, "vallamaja fuajee")
        stages.display(play, voices.COURTYARD)
        self._to_now(play)
        acts.reply(play, voices.COURTYARD)
        acts.publish(play, 6)
        return play

    def _approval(self) -> Play:
        play = self._begin(matters.PATH, stages.APPROVAL_SENT + 18, "urmas")
        stages.initiate(play)
        stages.ask_authorities(play)
        stages.some_approve(play)
        return self._to_now(play)

    def _upcoming(self) -> Play:
        play = self._begin(matters.FACTORY, stages.DISPLAY_FROM - 10)
        stages.initiate(play)
        stages.ask_authorities(play)
        stages.accept(play, "raamatukogu")
        return self._to_now(play)

    def _launched(self) -> Play:
        return self._to_now(self._begin(matters.KINDERGARTEN, 2))

    def _round_table(self) -> Play:
        library = self.house.runtime.library
        files = library.read_folder(FOLDER.parent / round_table.KIND)
        drawn = library.deploy(self.session, HOME, files, now=self.now - timedelta(days=400))
        return self._to_now(round_table.play(self.house, self.session, drawn, self.company, self._today))

    def _display(self) -> Play:
        play = self._begin(matters.JUNCTION, stages.DISPLAY_FROM + 9)
        stages.initiate(play)
        stages.ask_authorities(play)
        stages.some_approve(play)
        stages.accept(play, "vallamaja fuajee ja raamatukogu")
        stages.display(play, voices.JUNCTION, self._today)
        acts.publish(play, 4)
        return self._to_now(play)

    @property
    def _today(self) -> date:
        return local_day(self.now)

    def _begin(self, matter: Matter, days_ago: int, planner: str = "aino") -> Play:
        applied_on = self._today - timedelta(days=days_ago)
        return Play.begin(
            self.house, self.session, self.definition, self.company, matter, applied_on, planner
        )

    def _to_now(self, play: Play) -> Play:
        play.until(max(self.now, play.clock.now()))
        return play
