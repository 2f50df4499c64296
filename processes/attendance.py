"""Who comes to a meeting: everyone asked, organisations and committee members alike, and all that each has said.

The latest answer counts. Answers that did not count, to an older date or from another address, are kept as mails and
stand beside it with the reason.
"""

import hmac
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, func, select

from processes.accommodation import Need
from processes.committee import CommitteeMember
from processes.errors import LinkNotValid
from processes.inbound import COUNTED, IncomingMail
from processes.invitation import UNINVITED, Invitation, Links
from processes.meeting import Attendance, Meeting, MeetingAnswer
from processes.organisation import Organisation
from processes.person import Person
from processes.summary import Summary

SILENT = "invited"
_MAC = 40  # of 64 hexadecimal characters: 160 bits
ANSWERS = ("accepted", "maybe", "declined", SILENT)
BY_PARTSTAT = {"ACCEPTED": "accepted", "TENTATIVE": "maybe", "DECLINED": "declined"}
SAID = tuple(BY_PARTSTAT.values())
OF_MAIL = ("reply", "counter", "delegate")
WITHDRAWN = "withdrawn"
ORGANISATION, MEMBER = "organisation", "member"


@dataclass(frozen=True)
class Said:
    """One answer. `outcome` is empty where it counted when it came, else why it did not; `mail_id` where it lies."""

    answer: str
    channel: str
    at: datetime
    outcome: str = ""
    mail_id: str = ""


@dataclass(frozen=True)
class Asked:
    """Somebody asked to a meeting. `id` is an invitation's or a person's, by `kind`.

    `channel` is where the answer that counts came from (empty: not known), `old_date` that the meeting was changed
    after it. `needs` are the kinds asked for.
    """

    kind: str
    id: str
    name: str
    contact: str
    answer: str
    answered_at: datetime | None
    channel: str
    old_date: bool
    delegate: str
    seat: str
    seat_note: str
    needs: tuple[str, ...]
    said: tuple[Said, ...]

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


def record(
    session: Session, meeting: Meeting, answer: str, channel: str, *, now: datetime, invitation_id: str | None = None,
    person_id: str | None = None, mail_id: str = "", entered_by: str = "", speaker: str = "",
) -> bool:  # fmt: skip
    """Let an answer count and keep it. In: whose it is, an invitation's or a committee member's; from which address.

    Out: whether it could: whoever answers must be asked to this meeting. The same answer to the same date once more
    is no new one. Whoever comes in their stead goes on doing so after an answer of their own, or the same one.
    """
    if answer not in SAID:
        return False
    row = None
    if invitation_id is not None:
        row = session.get(Attendance, (meeting.municipality_id, meeting.id, invitation_id))
        if row is None or row.answer == UNINVITED:
            return False
    elif person_id is None or not is_member(session, meeting, person_id):
        return False
    last = newest_of(session, meeting, invitation_id=invitation_id, person_id=person_id)
    again = last is not None and (last.answer, last.sequence) == (answer, meeting.sequence)
    if again and not mail_id and (row is None or row.answer == answer):
        return True
    if row is not None:
        if speaker.lower() != row.delegate.lower() and (mail_id or answer != row.answer):
            row.delegate = ""
        row.answer, row.answered_at = answer, now
        session.add(row)
    session.add(
        MeetingAnswer(
            municipality_id=meeting.municipality_id, meeting_id=meeting.id, invitation_id=invitation_id,
            person_id=person_id, answer=answer, channel=channel, answered_at=now, sequence=meeting.sequence,
            mail_id=mail_id, entered_by=entered_by,
        )
    )  # fmt: skip
    session.flush()
    return True


def is_member(session: Session, meeting: Meeting, person_id: str) -> bool:
    """Whether somebody sits in the committee whose session this is."""
    query = select(CommitteeMember.person_id).where(
        CommitteeMember.municipality_id == meeting.municipality_id,
        CommitteeMember.person_id == person_id,
        col(CommitteeMember.committee_id).in_(_committees(meeting)),
    )
    return session.exec(query).first() is not None


def place_token(links: Links, meeting_id: str, person_id: str) -> str:
    """The secret part of a member's link to their place in a session. Nothing is stored; it ends with their seat."""
    key = f"{meeting_id}{person_id}".replace("-", "")
    return key + links.token("place", key)[:_MAC]


def place_of(session: Session, municipality_id: str, token: str, links: Links) -> tuple[Meeting, Person]:
    """Whose place in which session a link opens. Errors: LinkNotValid, also for who sits there no more."""
    ids = ["-".join((it[:8], it[8:12], it[12:16], it[16:20], it[20:])) for it in (token[:32], token[32:64])]
    if not hmac.compare_digest(place_token(links, *ids).encode(), token.encode()):
        raise LinkNotValid
    meeting = session.get(Meeting, (municipality_id, ids[0]))
    person = session.get(Person, (municipality_id, ids[1]))
    if meeting is None or person is None or not is_member(session, meeting, person.id):
        raise LinkNotValid
    return meeting, person


def newest_of(
    session: Session, meeting: Meeting, *, invitation_id: str | None = None, person_id: str | None = None
) -> MeetingAnswer | None:
    """The answer of one of them that counts now, if there is one."""
    query = select(MeetingAnswer).where(
        MeetingAnswer.municipality_id == meeting.municipality_id, MeetingAnswer.meeting_id == meeting.id
    )
    if invitation_id is not None:
        query = query.where(MeetingAnswer.invitation_id == invitation_id)
    else:
        query = query.where(MeetingAnswer.person_id == person_id)
    return session.exec(query.order_by(col(MeetingAnswer.id).desc())).first()


def counts(session: Session, municipality_id: str, meeting_ids: Iterable[str]) -> dict[str, dict[str, int]]:
    """How many organisations gave each answer, by meeting; told by the database, however many were asked."""
    query = (
        select(Attendance.meeting_id, Attendance.answer, func.count())
        .where(
            Attendance.municipality_id == municipality_id,
            col(Attendance.meeting_id).in_(list(meeting_ids)),
            Attendance.answer != UNINVITED,
        )
        .group_by(Attendance.meeting_id, Attendance.answer)
    )
    found: dict[str, dict[str, int]] = {}
    for meeting_id, answer, number in session.exec(query):
        found.setdefault(meeting_id, dict.fromkeys(ANSWERS, 0))[answer] = number
    return found


def of_meeting(session: Session, meeting: Meeting) -> tuple[Asked, ...]:
    """Everyone asked: who comes first, who is silent last, by name. Six questions to the database, whatever the number."""
    kept, mails = _answers(session, meeting), _mails(session, meeting)
    needs = _needs(session, meeting)
    found = [
        _asked(meeting, ORGANISATION, it.invitation_id, who.name, who.contact_name, it, kept, mails, needs)
        for it, who in session.exec(_organisations(meeting))
    ]
    found += [
        _asked(meeting, MEMBER, who.id, who.name, who.title, None, kept, mails, {})
        for who in session.exec(_members(meeting))
    ]
    return tuple(sorted(found, key=lambda it: (ANSWERS.index(it.answer), it.name.lower())))


def _asked(
    meeting: Meeting, kind: str, key: str, name: str, contact: str, row: Attendance | None,
    kept: dict[str, list[MeetingAnswer]], mails: dict[str, list[IncomingMail]], needs: dict[str, tuple[str, ...]],
) -> Asked:  # fmt: skip
    answers = kept.get(key, [])
    last = answers[-1] if answers else None
    answer = row.answer if row is not None else last.answer if last else SILENT
    said = [Said(it.answer, it.channel, it.answered_at, "", it.mail_id) for it in answers]
    said += [
        Said(BY_PARTSTAT.get(it.partstat, ""), "calendar", it.said_at or it.received_at, it.outcome, it.id)
        for it in mails.get(key, [])
    ]
    return Asked(
        kind=kind,
        id=key,
        name=name,
        contact=contact,
        answer=answer if answer in ANSWERS else SILENT,
        answered_at=row.answered_at if row is not None else last.answered_at if last else None,
        channel=last.channel if last else "",
        old_date=last is not None and answer != SILENT and last.sequence < meeting.sequence,
        delegate=row.delegate if row is not None else "",
        seat=row.seat if row is not None else "",
        seat_note=row.seat_note if row is not None else "",
        needs=needs.get(key, ()),
        said=tuple(sorted(said, key=lambda it: it.at, reverse=True)),
    )


def _organisations(meeting: Meeting) -> Any:
    return (
        select(Attendance, Organisation)
        .join(
            Invitation,
            (col(Invitation.municipality_id) == col(Attendance.municipality_id))
            & (col(Invitation.id) == col(Attendance.invitation_id)),
        )
        .join(
            Organisation,
            (col(Organisation.municipality_id) == col(Invitation.municipality_id))
            & (col(Organisation.id) == col(Invitation.organisation_id)),
        )
        .where(
            Attendance.municipality_id == meeting.municipality_id,
            Attendance.meeting_id == meeting.id,
            Attendance.answer != UNINVITED,
        )
    )


def _committees(meeting: Meeting) -> Any:
    return select(Summary.committee_id).where(
        Summary.municipality_id == meeting.municipality_id, Summary.meeting_id == meeting.id
    )


def _members(meeting: Meeting) -> Any:
    sits = select(CommitteeMember.person_id).where(
        CommitteeMember.municipality_id == meeting.municipality_id,
        col(CommitteeMember.committee_id).in_(_committees(meeting)),
    )
    return select(Person).where(Person.municipality_id == meeting.municipality_id, col(Person.id).in_(sits))


def _answers(session: Session, meeting: Meeting) -> dict[str, list[MeetingAnswer]]:
    query = select(MeetingAnswer).where(
        MeetingAnswer.municipality_id == meeting.municipality_id, MeetingAnswer.meeting_id == meeting.id
    )
    found: dict[str, list[MeetingAnswer]] = {}
    for it in session.exec(query.order_by(MeetingAnswer.id)):
        found.setdefault(it.invitation_id or it.person_id or "", []).append(it)
    return found


def _mails(session: Session, meeting: Meeting) -> dict[str, list[IncomingMail]]:
    query = select(IncomingMail).where(
        IncomingMail.municipality_id == meeting.municipality_id,
        IncomingMail.meeting_id == meeting.id,
        col(IncomingMail.kind).in_(OF_MAIL),
        IncomingMail.outcome != COUNTED,
    )
    found: dict[str, list[IncomingMail]] = {}
    for it in session.exec(query.order_by(IncomingMail.id)):
        found.setdefault(it.invitation_id or it.person_id or "", []).append(it)
    return found


def _needs(session: Session, meeting: Meeting) -> dict[str, tuple[str, ...]]:
    query = (
        select(Need.invitation_id, Need.kind)
        .join(
            Attendance,
            (col(Attendance.municipality_id) == col(Need.municipality_id))
            & (col(Attendance.invitation_id) == col(Need.invitation_id)),
        )
        .where(
            Need.municipality_id == meeting.municipality_id,
            Need.consultation_id == meeting.consultation_id,
            Attendance.meeting_id == meeting.id,
            Need.state != WITHDRAWN,
        )
    )
    found: dict[str, list[str]] = {}
    for key, kind in session.exec(query.order_by(Need.kind)):
        found.setdefault(key, []).append(kind)
    return {key: tuple(kinds) for key, kinds in found.items()}
