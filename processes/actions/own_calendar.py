"""Calendars behind a secret address: an organisation's requests everywhere, a committee's sessions.

Entries have the UIDs of those sent by mail, so that one calendar never shows a thing twice. The same rows give the
same bytes, or the reader would be sent everything again at each look (post.md, RFC 9110 13.1.2).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from engine.clock import local_day
from notifications import calendar
from notifications.calendar import Deadline, Event
from processes import feed_key, words
from processes import municipality as municipalities
from processes.actions.own_requests import MEETING, Asked, everything, neighbours
from processes.actions.public_feed import Site
from processes.committee import Committee, CommitteeMember
from processes.consultation import Consultation, text_of
from processes.errors import LinkNotValid, NotFound
from processes.invitation import Links
from processes.meeting import CANCELLED, Meeting
from processes.organisation import Organisation
from processes.permission import CLERK, COMMITTEE, PLANNER, Actor, require
from processes.post import PostOffice
from processes.summary import Summary

Describe = Callable[[Asked], str]
"""From a request to what a calendar says of it in the reader's language: how long ahead it was told."""


def read(
    session: Session, municipality_id: str, token: str, site: Site, describe: Describe, *, office: PostOffice
) -> bytes:
    """The calendar behind an address. Errors: LinkNotValid, also for an address that was ended."""
    key = feed_key.find(session, municipality_id, token, office.links)
    url = site.page("feed", token, "calendar.ics")
    if key.owner_kind == feed_key.COMMITTEE:
        committee = session.get(Committee, (municipality_id, key.owner_id))
        if committee is None:
            raise LinkNotValid
        return calendar.feed(committee.name, _sessions(session, committee, site), url=url)
    who = session.get(Organisation, (municipality_id, key.owner_id))
    if who is None or not who.active:
        raise LinkNotValid
    asked = neighbours(everything(session, who, site.language, office=office))
    return calendar.feed(who.name, [_entry(it, site, describe) for it in asked], url=url)


@dataclass(frozen=True)
class OfCommittee:
    """A committee whose calendar someone may follow. `feed` is the secret part of its address; empty: none yet."""

    id: str
    name: str
    feed: str
    may_renew: bool


def of_committees(session: Session, actor: Actor, *, links: Links) -> list[OfCommittee]:
    """The committees an actor sits in; for a planner, all. Errors: NotAllowed."""
    require(actor, PLANNER, COMMITTEE, CLERK)
    query = select(Committee).where(Committee.municipality_id == actor.municipality_id)
    seats = {it.committee_id: it for it in session.exec(_seats(actor))}
    return [
        OfCommittee(
            it.id, it.name,
            feed_key.current(session, actor.municipality_id, feed_key.COMMITTEE, it.id, links),
            actor.holds(PLANNER) or seats[it.id].chair,
        )
        for it in session.exec(query.order_by(Committee.name))
        if actor.holds(PLANNER) or it.id in seats
    ]  # fmt: skip


def renew(session: Session, actor: Actor, committee_id: str, *, links: Links, now: datetime) -> None:
    """Make an address for a committee's calendar; the one before it ends, for all its members.

    Errors: NotAllowed, NotFound.
    """
    found = {it.id: it for it in of_committees(session, actor, links=links)}
    if committee_id not in found or not found[committee_id].may_renew:
        raise NotFound
    feed_key.renew(session, actor.municipality_id, feed_key.COMMITTEE, committee_id, links, now=now)


def _seats(actor: Actor) -> SelectOfScalar[CommitteeMember]:
    return select(CommitteeMember).where(
        CommitteeMember.municipality_id == actor.municipality_id,
        CommitteeMember.person_id == actor.person_id,
    )


def _entry(it: Asked, site: Site, describe: Describe) -> Event | Deadline:
    url = site.page("case", it.number) if it.mine else ""
    organiser = it.organiser or site.sender
    stamp = it.stamp or it.starts_at
    if it.kind == MEETING:
        return Event(
            uid=it.uid, sequence=it.sequence, start=it.starts_at, end=it.ends_at,
            summary=f"{it.title}: {words.say(words.MEETINGS, it.what, site.language)}",
            description=describe(it), location=it.place, organiser_address=organiser,
            organiser_name=it.municipality, stamp=stamp, url=url, language=site.language, cancelled=it.cancelled,
        )  # fmt: skip
    name, last = (
        words.say(words.PHASES, it.what, site.language),
        words.say(words.SENTENCES, "last_day", site.language),
    )
    return Deadline(
        uid=f"{it.uid}@{site.sender.rpartition('@')[2]}", day=it.day, summary=f"{it.title}: {name}, {last}",
        description=describe(it), organiser_address=organiser, organiser_name=it.municipality, stamp=stamp,
        url=url, language=site.language, cancelled=it.cancelled,
    )  # fmt: skip


def _sessions(session: Session, committee: Committee, site: Site) -> Iterator[Event | Deadline]:
    """A committee's sessions, and the day before each on which its page is closed to changes."""
    home = municipalities.get(session, committee.municipality_id)
    query = (
        select(Meeting, Consultation, Summary)
        .join(
            Consultation,
            (col(Consultation.municipality_id) == col(Meeting.municipality_id))
            & (col(Consultation.id) == col(Meeting.consultation_id)),
        )
        .join(
            Summary,
            (col(Summary.municipality_id) == col(Meeting.municipality_id))
            & (col(Summary.meeting_id) == col(Meeting.id)),
        )
        .where(Meeting.municipality_id == committee.municipality_id, Summary.committee_id == committee.id)
        .order_by(col(Meeting.id))
    )
    for meeting, case, page in session.exec(query):
        title = " ".join(text_of(session, case, site.language).title.split())
        common: dict[str, Any] = {
            "organiser_address": home.email or site.sender, "organiser_name": home.name, "language": site.language,
            "stamp": case.published_at or case.created_at, "url": site.page("summary", page.id),
            "cancelled": meeting.state == CANCELLED,
        }  # fmt: skip
        yield Event(
            uid=meeting.uid, sequence=meeting.sequence, start=meeting.starts_at, end=meeting.ends_at,
            summary=f"{title}: {words.say(words.MEETINGS, meeting.kind, site.language)}", description=page.question,
            location=meeting.place, conference_url=meeting.url if meeting.url.startswith("https://") else "", **common,
        )  # fmt: skip
        if page.freeze_at is not None:
            yield Deadline(
                uid=f"{page.id}-freeze@{site.sender.rpartition('@')[2]}", day=local_day(page.freeze_at),
                summary=f"{title}: {words.say(words.SENTENCES, 'freezes', site.language)}", **common,
            )  # fmt: skip
