"""Calendar entries anyone may take along: the last day of a round and the meetings of a case.

The entries have the same UIDs as those sent by mail, so one calendar never shows a thing twice; a letter
about a moved day has the higher SEQUENCE and wins.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import quote

from sqlmodel import Session, col, select

from engine.clock import local_day
from notifications import calendar
from notifications.calendar import Deadline, Event
from processes import meeting as meetings
from processes import municipality as municipalities
from processes import words
from processes.actions.intake import PUBLIC_PHASES, public_case
from processes.actions.invitation_place import find
from processes.actions.public_feed import Site
from processes.actions.public_story import SILENT
from processes.consultation import Consultation, text_of
from processes.errors import NotFound
from processes.invitation import Links
from processes.meeting import Meeting
from processes.round import Round


@dataclass(frozen=True)
class _Scene:
    """What all entries of one file share. `stamp` is fixed, so that the same rows give the same bytes."""

    case: Consultation
    title: str
    site: Site
    organiser: str
    owner: str
    stamp: datetime


def case_calendar(session: Session, municipality_id: str, number: str, site: Site) -> bytes:
    """Every day of a case that one can come or answer on, to download or subscribe to. Errors: NotFound."""
    case = public_case(session, municipality_id, number)
    scene = _scene(session, case, site)
    url = site.page("case", case.number, "calendar.ics")
    return calendar.feed(scene.title, _entries(session, scene), url=url)


def topics(session: Session, municipality_id: str) -> list[str]:
    """What public cases are about, each topic once, by name."""
    query = select(Consultation.topics).where(
        Consultation.municipality_id == municipality_id, col(Consultation.published_at).is_not(None)
    )
    return sorted({line for lines in session.exec(query.distinct()) for line in lines.splitlines() if line})


def front_calendar(
    session: Session, municipality_id: str, title: str, site: Site, *, topic: str = ""
) -> bytes:
    """The days of every public case, or of those about a topic, to subscribe to."""
    query = select(Consultation).where(
        Consultation.municipality_id == municipality_id, col(Consultation.published_at).is_not(None)
    )
    entries: list[Event | Deadline] = []
    for case in session.exec(query.order_by(Consultation.id)).all():
        if not topic or topic in case.topic_list():
            entries += _entries(session, _scene(session, case, site))
    url = site.page("calendar.ics") + (f"?topic={quote(topic)}" if topic else "")
    return calendar.feed(f"{title}: {topic}" if topic else title, entries, url=url)


def invitation_calendar(
    session: Session, municipality_id: str, token: str, site: Site, *, links: Links, now: datetime
) -> bytes:
    """The one meeting a link is about. Errors: LinkNotValid, NotFound when there is no meeting ahead."""
    place = find(session, links.find(session, municipality_id, token), now)
    if place.meeting is None:
        raise NotFound
    scene = _scene(session, place.case, site)
    return calendar.feed(
        scene.title, [_meeting(scene, place.meeting)], url=site.page("case", place.case.number)
    )


def _scene(session: Session, case: Consultation, site: Site) -> _Scene:
    home = municipalities.get(session, case.municipality_id)
    title = " ".join(text_of(session, case, site.language).title.split())
    return _Scene(
        case, title, site, home.email or site.sender, home.name, case.published_at or case.created_at
    )


def _entries(session: Session, scene: _Scene) -> Iterator[Event | Deadline]:
    case = scene.case
    rounds = select(Round).where(
        Round.municipality_id == case.municipality_id,
        Round.consultation_id == case.id,
        col(Round.phase).in_(PUBLIC_PHASES),
    )
    newest = {row.phase: row for row in session.exec(rounds.order_by(col(Round.id)))}
    yield from _deadlines(scene, newest.values())
    asked = select(Meeting).where(
        Meeting.municipality_id == case.municipality_id,
        Meeting.consultation_id == case.id,
        Meeting.kind != SILENT,
    )
    for row in session.exec(asked.order_by(col(Meeting.id))):
        yield _meeting(scene, row)


def _deadlines(scene: _Scene, rounds: Iterable[Round]) -> Iterator[Deadline]:
    language = scene.site.language
    for row in rounds:
        name, last = (
            words.say(words.PHASES, row.phase, language),
            words.say(words.SENTENCES, "last_day", language),
        )
        yield Deadline(
            uid=f"{scene.case.id}-{row.phase}@{scene.site.sender.rpartition('@')[2]}",
            day=local_day(row.closes_at),
            summary=f"{scene.title}: {name}, {last}",
            organiser_address=scene.organiser,
            organiser_name=scene.owner,
            stamp=scene.stamp,
            url=scene.site.page("case", scene.case.number),
            language=language,
            cancelled=row.interrupted_at is not None,
        )


def _meeting(scene: _Scene, row: Meeting) -> Event:
    language = scene.site.language
    return Event(
        uid=row.uid,
        sequence=row.sequence,
        start=row.starts_at,
        end=row.ends_at,
        summary=f"{scene.title}: {words.say(words.MEETINGS, row.kind, language)}",
        description=row.access,
        location=row.place,
        organiser_address=scene.organiser,
        organiser_name=scene.owner,
        stamp=scene.stamp,
        url=scene.site.page("case", scene.case.number),
        conference_url=row.url if row.url.startswith("https://") else "",
        language=language,
        cancelled=row.state == meetings.CANCELLED,
    )
