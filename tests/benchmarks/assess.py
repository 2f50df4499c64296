"""What assessing costs with 500 and with 5,000 opinions in one case: lists, filters, the search for alike ones, the committee's page.

Pages are asked of the product as it is served, over one connection; each tells the processor time its whole process
used. 60 of 100 opinions are form letters, each with points, places, and for half of them an answer. Both sizes are
measured in turns, so that a noisy machine is noisy for both.
"""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path

from sqlmodel import Session, select

from engine.clock import HeldClock
from processes import alike, catalogue, migrate, terms
from processes.actions import sign_in
from processes.actions.alike_search import keep
from processes.alike_group import TAKEN, AlikeGroup
from processes.anchor import Anchor, point
from processes.consultation import RUNNING, Consultation, ConsultationText
from processes.database import new_id
from processes.feedback import Feedback
from processes.item import Item
from processes.municipality import Municipality
from processes.person import Person, Role
from processes.response import Response
from processes.theme import Theme
from tests.benchmarks.committee_page import FACES, freeze
from tests.benchmarks.page import HOME, NOW, _Server, _server
from tests.processes.alike_letters import letters
from web import auth
from web.compose import Kaasa, compose
from web.settings import Settings

FEW, MANY = 500, 5_000
ROUNDS = 3
NUMBER = "dp-2027-1"
THEMES = ("puud", "liiklus", "peatus", "müra", "ligipääs")
PAGES = {
    "opinions": "opinions",
    "opinions_last": "opinions?page=LAST",
    "opinions_state": "opinions?state=received",
    "opinions_channel": "opinions?channel=mail",
    "opinions_theme": "opinions?theme=puud",
    "opinions_unanswered": "opinions?outcome=none",
    "opinions_words": "opinions?q=lastead",
    "opinion": "opinions/ONE",
    "answers": "answers",
    "answers_last": "answers?page=LAST",
    "answers_unanswered": "answers?show=unanswered",
    "answers_theme": "answers?theme=puud",
    "answer": "answers/ONE",
    "answers_together": "answers-together?theme=puud",
    "points": "points",
    "points_undecided": "points?show=undecided",
    "points_filtered": "points?theme=puud&stance=against&assignee=none",
    "points_of_one": "opinions/ONE/points",
    "alike": "alike",
    "alike_group": "alike/GROUP",
    "map": "map",
    "themes": "/et/themes",
}


def run() -> dict[str, float]:
    """Out: processor milliseconds of each page at 5,000, the dearest, its growth over 500, seconds of the search."""
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        few, many = Path(folder) / "few", Path(folder) / "many"
        found = {FEW: _install(few, FEW), MANY: _install(many, MANY)}
        servers = {
            FEW: stack.enter_context(_server("desk", str(few))),
            MANY: stack.enter_context(_server("desk", str(many))),
        }
        spent: dict[str, dict[int, list[float]]] = {name: {FEW: [], MANY: []} for name in PAGES}
        for turn in range(ROUNDS + 1):
            for name, path in PAGES.items():
                for size, server in servers.items():
                    cost = server.cost(_address(path, found[size], size), found[size]["cookie"], calls=4)
                    if turn:  # whatever is made once has been made by then
                        spent[name][size].append(cost)
        pages = {FEW: freeze(few), MANY: freeze(many)}
        frozen = _frozen(servers, found, pages)
        medians = {
            name: {size: statistics.median(it) for size, it in of.items()} for name, of in spent.items()
        }
        figures = {f"{name}_ms": of[MANY] * 1_000 for name, of in medians.items()}
        return {
            "dearest_page_ms": max(figures.values()),
            "growth_10_times": max(of[MANY] / of[FEW] for of in medians.values()),
            "search_seconds": float(found[MANY]["search"]),
            "search_growth_10_times": float(found[MANY]["search"]) / float(found[FEW]["search"]),
            **figures,
            **frozen,
        }


def _frozen(
    servers: dict[int, _Server], found: dict[int, dict[str, str]], pages: dict[int, str]
) -> dict[str, float]:
    """Out: processor seconds of each face of the committee's page at 5,000, and how much it grows over 500."""
    spent: dict[str, dict[int, list[float]]] = {name: {FEW: [], MANY: []} for name in FACES}
    for turn in range(ROUNDS + 1):
        for name, ending in FACES.items():
            for size, server in servers.items():
                path = f"/et/summary/{pages[size]}{ending}"
                cost = server.cost(path, found[size]["cookie"], calls=1)
                if turn:
                    spent[name][size].append(cost)
    medians = {name: {size: statistics.median(it) for size, it in of.items()} for name, of in spent.items()}
    seconds = {f"committee_{name}_seconds": of[MANY] for name, of in medians.items()}
    grown = {f"committee_{name}_growth_10_times": of[MANY] / of[FEW] for name, of in medians.items()}
    return {**seconds, **grown}


def _address(path: str, found: dict[str, str], size: int) -> str:
    filled = (
        path.replace("LAST", str(size // 20)).replace("ONE", found["one"]).replace("GROUP", found["group"])
    )
    return filled if filled.startswith("/") else f"/et/cases/{NUMBER}/{filled}"


def _install(folder: Path, size: int) -> dict[str, str]:
    """A municipality with one case of `size` opinions. Out: its planner's cookie, ids, and how long the search took."""
    kaasa = compose(Settings(folder=folder), clock=HeldClock(NOW), wall=HeldClock(NOW))
    try:
        migrate.upgrade(kaasa.settings.database())
        with kaasa.database.open_transaction() as session:
            planner = _people(session, kaasa)
            case = _case(session, kaasa, planner)
            texts = _opinions(session, case, planner, size)
        alike.group(texts[:2])  # the dictionary is read once in the life of a process
        began = time.process_time()
        groups = alike.group(texts)
        search = time.process_time() - began
        with kaasa.database.open_transaction() as session:
            keep(session, HOME, case, groups, now=NOW)
            largest = session.exec(select(AlikeGroup).order_by(AlikeGroup.size.desc())).first()
            largest.state = TAKEN
            session.add(largest)
            token = sign_in.begin(session, municipality_id=HOME, person_id=planner, now=NOW)
            group = largest.id
        cookie = f"{auth.cookie_name(kaasa.settings)}={token}"
        return {
            "cookie": cookie,
            "one": texts[size // 2][0],
            "group": group,
            "search": str(search),
        }
    finally:
        kaasa.close()


def _people(session: Session, kaasa: Kaasa) -> str:
    planner = Person(municipality_id=HOME, name="Aino Planeerija", email="aino@naidisvald.example")
    session.add(Municipality(municipality_id=HOME, name="Näidisvald"))
    session.add(planner)
    session.flush()
    session.add(Role(municipality_id=HOME, person_id=planner.id, role="planner"))
    session.add_all(Theme(municipality_id=HOME, name=name) for name in THEMES)
    kaasa.library.deploy(session, HOME, catalogue.kind("detailed_plan").files(), now=NOW)
    return planner.id


def _case(session: Session, kaasa: Kaasa, planner: str) -> str:
    frozen = terms.freeze(catalogue.kind("detailed_plan").files(), NOW.date())
    case = Consultation(
        municipality_id=HOME, number=NUMBER, planner_id=planner, state=RUNNING, application_on=NOW.date(),
        created_at=NOW, launched_at=NOW, terms=json.dumps(frozen),
    )  # fmt: skip
    session.add(case)
    session.flush()
    session.add(
        ConsultationText(
            municipality_id=HOME, consultation_id=case.id, language="et", title="Kooli tänava planeering"
        )
    )
    case.instance_id = kaasa.runtime.start(
        session,
        HOME,
        "detailed_plan",
        business_key=case.id,
        data={"application_on": NOW.date()},
        now=NOW,
        actor=planner,
    ).id
    session.flush()
    return case.id


def _opinions(session: Session, case: str, planner: str, size: int) -> list[tuple[str, str]]:
    made = []
    for number, letter in enumerate(letters(size)):
        row = Feedback(
            municipality_id=HOME, id=new_id(), consultation_id=case, receipt=f"2027-{number}", submission_key=f"k-{number}",
            author_name=f"Kirjutaja {number}", author_email=f"k{number}@post.example", channel=("web", "mail")[number % 2],
            received_at=NOW - timedelta(minutes=size - number), theme=THEMES[number % 5] if number % 3 else "",
            text=letter.text,
        )  # fmt: skip
        made.append(row)
    session.add_all(made)
    session.flush()
    for number, row in enumerate(made):
        session.add(
            Item(
                municipality_id=HOME, consultation_id=case, feedback_id=row.id, place=1, text=row.text[:200],
                theme=THEMES[number % 5], stance=("for", "against")[number % 2], changed_by=planner, changed_at=NOW,
                due_on=(NOW + timedelta(days=number % 30)).date(),
            )
        )  # fmt: skip
        session.add(
            Anchor(
                municipality_id=HOME,
                feedback_id=row.id,
                kind="point",
                geometry=point(26.7 + number / 1e5, 58.37),
                added_at=NOW,
            )
        )
        if number % 2:
            session.add(
                Response(
                    municipality_id=HOME, feedback_id=row.id, outcome="noted", reasons="Aitäh.", written_by=planner,
                    written_at=NOW,
                )
            )  # fmt: skip
    return [(row.id, row.text) for row in made]
