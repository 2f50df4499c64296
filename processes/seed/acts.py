"""What people do in an invented case, through the same acts that pages call: nothing is written past them."""

from datetime import date, timedelta

from sqlmodel import select

from engine.decision import read_decision
from processes.accommodation import Need
from processes.actions import (
    answering,
    invitation_answer,
    need_arranging,
    on_behalf,
    opinion,
    opinion_link,
    publishing,
    themes,
    treating,
)
from processes.actions.invitation_answer import Answer
from processes.actions.on_behalf import Entry
from processes.actions.opinion import Opinion
from processes.actions.publishing import Copy
from processes.actions.treating import Mark
from processes.audience import TABLE, propose
from processes.document import Document
from processes.feedback import Feedback
from processes.seed.cast import HOME
from processes.seed.play import Play, moment
from processes.seed.voices import Voice
from processes.summary import newest as newest_summary
from processes.summary_content import unresolved

AUTHORITIES = ("paaste", "teed", "tervis")
FILLER = "x" * 20  # forms carry keys nobody can guess; these need only be long enough


def invite(play: Play, *, also: tuple[str, ...] = ()) -> None:
    """Ask whom the audience table proposes, and whom the planner adds; authorities are asked later."""
    table = read_decision(play.definition.file(TABLE))
    later = {play.cast.organisations[key] for key in AUTHORITIES}
    added = {play.cast.organisations[key] for key in also}
    for found in propose(play.session, HOME, play.case, table):
        if (found.invite or found.organisation_id in added) and found.organisation_id not in later:
            play.session.add(
                play.house.links.new_invitation(HOME, play.case.id, found.organisation_id, why=found.why)
            )
    play.session.flush()
    play.do("invite_organisations")


def hear(play: Play, voice: Voice, opened_on: date) -> None:
    """Let someone speak through the door they would use: a personal link, the public page, or the office."""
    said_on = opened_on + timedelta(days=voice.day - 1)
    play.until(moment(said_on, 11 + voice.day % 8))
    key = f"{play.case.number}-{voice.day}-{FILLER}"
    if voice.channel != "web":
        _in_the_office(play, voice, key, said_on)
    elif voice.by in play.cast.organisations:
        by_link(play, voice.by, Answer(key=key, text=voice.text))
    else:
        _on_the_web(play, voice, key)


def by_link(play: Play, who: str, given: Answer) -> None:
    """What an invited organisation sends from its own page."""
    invitation_answer.answer(
        play.session, HOME, play.house.links.of(play.invitation(who)), given, links=play.house.links,
        store=play.house.store, post=play.post(), now=play.clock.now(),
    )  # fmt: skip


def reply(play: Play, voices: tuple[Voice, ...]) -> None:
    """Sort opinions under themes, and answer those that have an answer."""
    written = {voice.text: voice for voice in voices}
    for given in play.opinions():
        voice = written[given.text]
        themes.set_on(play.session, play.actor(), play.case.number, given.id, voice.theme)
        if voice.reasons:
            answering.save(
                play.session, play.actor(), play.case.number, given.id, voice.outcome, voice.reasons, "",
                now=play.clock.now(),
            )  # fmt: skip
    play.session.flush()


def publish(play: Play, most: int = 100) -> None:
    """Let opinions out on the case's page, in the words they came in; the next one waits for a second look."""
    another = "urmas" if play.planner == "aino" else "aino"
    for given in play.opinions()[:most]:
        number, now = play.case.number, play.clock.now()
        copy = Copy(given.text, kept="Nimetatud kohad on avalikud.")
        publishing.prepare(
            play.session, play.actor(), number, given.id, copy, store=play.house.store, now=now
        )
        publishing.let_out(play.session, play.actor(another), number, given.id, 1, now=now)
    for given in play.opinions()[most : most + 1]:
        copy = Copy(given.text, kept="Nimetatud kohad on avalikud.")
        publishing.prepare(
            play.session, play.actor(another), play.case.number, given.id, copy,
            store=play.house.store, now=play.clock.now(),
        )  # fmt: skip
    play.session.flush()


def treat(play: Play, voices: tuple[Voice, ...]) -> None:
    """Enter what the committee did with each unresolved objection of its frozen page, and finish."""
    page = newest_summary(play.session, HOME, play.case.id)
    if page is None:
        raise ValueError("no page was frozen for this session; call the committee first")
    said, left = {voice.text: voice for voice in voices}, set(unresolved(page))
    marks = [
        Mark(given.id, said[given.text].stance, said[given.text].words)
        for given in play.opinions()
        if given.id in left
    ]
    treating.finish(
        play.session, play.actor("malle"), page.id, marks, runtime=play.house.runtime, now=play.clock.now()
    )


def arrange(play: Play, words: dict[str, str]) -> None:
    """Say of the needs of these kinds that they are arranged."""
    query = select(Need).where(Need.municipality_id == HOME, Need.consultation_id == play.case.id)
    for need in play.session.exec(query.order_by(Need.id)).all():
        if need.kind in words:
            need_arranging.answer(
                play.session, play.actor(), play.case.number, need.id, "booked", words[need.kind],
                office=play.house.post_office, now=play.clock.now(),
            )  # fmt: skip


def document(play: Play, title: str, kind: str, text: str) -> None:
    """Put a document on the case's page: plain text, which everyone's reader can read."""
    content = text.encode()
    play.session.add(
        Document(
            municipality_id=HOME, consultation_id=play.case.id, title=title, kind=kind, filename=f"{kind}.txt",
            media_type="text/plain", size=len(content), digest=play.house.store.put(HOME, content), pages=1,
            accessible=True, added_at=play.clock.now(), published_at=play.clock.now(),
        )
    )  # fmt: skip
    play.session.flush()


def _in_the_office(play: Play, voice: Voice, key: str, said_on: date) -> None:
    """The planner writes down what came by phone, on paper or over the counter."""
    asked = voice.by in play.cast.organisations
    entry = Entry(
        key=key, channel=voice.channel, received_on=said_on.isoformat(), author="organisation" if asked else "person",
        invitation=play.invitation(voice.by).id if asked else "", name="" if asked else voice.by,
        phone="" if asked else "555 0300", text=voice.text, read_back=voice.channel in on_behalf.SPOKEN,
        may_publish=True, language=voice.language, late_reason=voice.late_reason,
    )  # fmt: skip
    on_behalf.enter(
        play.session, play.actor(), play.case.number, entry, links=play.house.links, store=play.house.store,
        office=play.house.post_office, now=play.clock.now(),
    )  # fmt: skip


def _on_the_web(play: Play, voice: Voice, key: str) -> None:
    """A resident speaks on the public page, and confirms it by mail unless they gave no name."""
    given = Opinion(
        key=key, author="person" if voice.by else "anonymous", name=voice.by, email=_address(voice.by),
        text=voice.text, may_publish=True, language=voice.language,
    )  # fmt: skip
    opinion.give(
        play.session, HOME, play.case.number, given, links=play.house.links, store=play.house.store,
        post=play.post(), now=play.clock.now(),
    )  # fmt: skip
    if not voice.by:
        return
    query = select(Feedback).where(Feedback.municipality_id == HOME, Feedback.submission_key == key)
    row = play.session.exec(query).one()
    play.clock.move_to(play.clock.now() + timedelta(minutes=3))
    opinion_link.confirm(
        play.session, HOME, opinion.token_of(play.house.links, row), voice.language, links=play.house.links,
        post=play.post(), now=play.clock.now(),
    )  # fmt: skip


def _address(name: str) -> str:
    """An address that can never receive mail, from a name in any letters."""
    if not name:
        return ""
    plain = name.lower().translate(str.maketrans("äöõüšž ", "aoousz."))
    return f"{plain}@example.org" if plain.isascii() else "sergei.primernyi@example.org"
