"""Signing in by a link sent to one's mail address: what is asked, opened, renewed and ended.

Officials have accounts, nobody else has. The database keeps digests only; a link works once, by a
button; a browser's session ends after 30 idle minutes or 10 hours (OWASP ASVS 6.6, 7.3).
`now` here is the security clock, which even the demonstration never moves.
"""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, func, update
from sqlalchemy import select as sa_select
from sqlmodel import Session, col, select

from processes.errors import LinkNotValid
from processes.permission import Actor, actor_of
from processes.person import Person, Role, SignedIn, SignInLink
from processes.post import PostOffice

LINK_LASTS = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
AT_MOST = timedelta(hours=10)
NOTICED_EVERY = timedelta(minutes=1)
LINKS_AN_HOUR = 5


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256 (the token itself has 256 bits)."""
    return hashlib.sha256(token.encode()).hexdigest()


def person_at(session: Session, *, municipality_id: str, email: str, now: datetime) -> Person | None:
    """Who may be sent a link at this address: an open account that has not asked too often."""
    wanted = (Person.municipality_id == municipality_id, func.lower(Person.email) == email.strip().lower())
    person = session.exec(select(Person).where(*wanted, Person.active)).first()
    if person is None:
        return None
    since = now + LINK_LASTS - timedelta(hours=1)
    asked = select(func.count()).where(
        SignInLink.municipality_id == municipality_id,
        SignInLink.person_id == person.id,
        SignInLink.expires_at > since,
    )
    return person if session.exec(asked).one() < LINKS_AN_HOUR else None


def send_link(
    session: Session,
    *,
    municipality_id: str,
    email: str,
    office: PostOffice,
    now: datetime,
    posted_at: datetime,
) -> None:
    """Send a link to whoever has an account at this address; nothing at all happens for others.

    In: `now` of the security clock, `posted_at` of the procedure's, which letters are dated by.
    """
    person = person_at(session, municipality_id=municipality_id, email=email, now=now)
    if person is None:
        return
    token = new_link(session, municipality_id=municipality_id, person_id=person.id, now=now)
    post = office.at(session, municipality_id, now=posted_at)
    post.sign_in_link(person, token, valid_until=posted_at + LINK_LASTS)


def new_link(
    session: Session, *, municipality_id: str, person_id: str, now: datetime, lasts: timedelta = LINK_LASTS
) -> str:
    """Make a one-time link. Out: its secret part, known to nobody else."""
    token = secrets.token_urlsafe(32)
    session.add(
        SignInLink(
            municipality_id=municipality_id,
            person_id=person_id,
            digest=digest(token),
            expires_at=now + lasts,
        )
    )
    return token


def open_link(session: Session, *, municipality_id: str, token: str, now: datetime) -> str:
    """Use a link up and sign its person in. Out: the secret of the new session.

    Errors: LinkNotValid when it is unknown, used or expired; the three are told alike. Of many uses
    at once exactly one succeeds.
    """
    used = (
        update(SignInLink)
        .where(
            col(SignInLink.municipality_id) == municipality_id,
            col(SignInLink.digest) == digest(token),
            col(SignInLink.used_at).is_(None),
            col(SignInLink.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(SignInLink.person_id))
    )
    person_id = session.execute(used).scalar_one_or_none()
    if person_id is None:
        raise LinkNotValid
    return begin(session, municipality_id=municipality_id, person_id=person_id, now=now)


def begin(session: Session, *, municipality_id: str, person_id: str, now: datetime) -> str:
    """Begin a session for a person. Out: its secret. Errors: NotAllowed for a closed account."""
    actor_of(session, municipality_id, person_id)
    token = secrets.token_urlsafe(32)
    session.add(
        SignedIn(
            municipality_id=municipality_id,
            person_id=person_id,
            digest=digest(token),
            began_at=now,
            seen_at=now,
        )
    )
    return token


def who(session: Session, *, municipality_id: str, token: str, now: datetime) -> tuple[Actor, bool] | None:
    """Whose session this is, with the roles held now. Out: the actor and whether `seen` is due."""
    rows = session.connection().execute(_who, {"home": municipality_id, "digest": digest(token)}).all()
    if not rows or now - rows[0].seen_at > IDLE or now - rows[0].began_at > AT_MOST:
        return None
    row, roles = rows[0], frozenset(it.role for it in rows if it.role is not None)
    actor = Actor(municipality_id, row.person_id, roles, row.name, row.language)
    return actor, now - row.seen_at >= NOTICED_EVERY


# Asked at every request of whoever is signed in: one statement, plain columns. A row for each role.
_who = (
    sa_select(
        col(SignedIn.person_id), col(SignedIn.began_at), col(SignedIn.seen_at), col(Person.name),
        col(Person.language), col(Role.role),
    )
    .join(
        Person,
        (col(Person.municipality_id) == SignedIn.municipality_id) & (col(Person.id) == SignedIn.person_id),
    )
    .outerjoin(
        Role, (col(Role.municipality_id) == SignedIn.municipality_id) & (col(Role.person_id) == SignedIn.person_id)
    )
    .where(
        col(SignedIn.municipality_id) == bindparam("home"),
        col(SignedIn.digest) == bindparam("digest"),
        col(SignedIn.ended_at).is_(None),
        col(Person.active),
    )
)  # fmt: skip


def seen(session: Session, *, municipality_id: str, token: str, now: datetime) -> None:
    """Remember that the session was used just now."""
    row = _row(session, municipality_id, token)
    if row is not None and row.ended_at is None:
        row.seen_at = now
        session.add(row)


def end(session: Session, *, municipality_id: str, token: str, now: datetime) -> None:
    """Sign out; an unknown session is no error."""
    row = _row(session, municipality_id, token)
    if row is not None and row.ended_at is None:
        row.ended_at = now
        session.add(row)


def end_all(session: Session, *, municipality_id: str, person_id: str, now: datetime) -> None:
    """End every session of a person, as when a device is lost or a role is taken away."""
    session.execute(
        update(SignedIn)
        .where(
            col(SignedIn.municipality_id) == municipality_id,
            col(SignedIn.person_id) == person_id,
            col(SignedIn.ended_at).is_(None),
        )
        .values(ended_at=now)
    )


def _row(session: Session, municipality_id: str, token: str) -> SignedIn | None:
    wanted = (SignedIn.municipality_id == municipality_id, SignedIn.digest == digest(token))
    return session.exec(select(SignedIn).where(*wanted)).first()
