"""An organisation's own page, opened by the link at the foot of its letters: requests, calendar, how it is written to."""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from processes import feed_key, subscription
from processes.actions.own_requests import Asked, open_requests
from processes.errors import Reason, Refused
from processes.invitation import Links
from processes.post import PostOffice


@dataclass(frozen=True)
class OwnPage:
    """What the page shows. `feed` is the secret part of the calendar's address, empty while there is none."""

    organisation: str
    address: str
    asked: tuple[Asked, ...]
    choice: str
    feed: str


def read(
    session: Session, municipality_id: str, token: str, language: str, *, office: PostOffice, now: datetime
) -> OwnPage:
    """The page of whoever has the link. Errors: LinkNotValid."""
    who = subscription.find(session, municipality_id, token, office.links)
    return OwnPage(
        organisation=who.name,
        address=who.email,
        asked=tuple(open_requests(session, who, language, office=office, now=now)),
        choice=subscription.choice_of(session, municipality_id, who.id),
        feed=feed_key.current(session, municipality_id, feed_key.ORGANISATION, who.id, office.links),
    )


def choose(
    session: Session, municipality_id: str, token: str, choice: str, *, links: Links, now: datetime
) -> None:
    """Keep how letters are wanted. Errors: LinkNotValid, Refused."""
    who = subscription.find(session, municipality_id, token, links)
    if choice not in subscription.CHOICES:
        raise Refused({"choice": Reason("own_choice")})
    subscription.choose(session, who, choice, by=subscription.PAGE, now=now)


def stop(session: Session, municipality_id: str, token: str, *, links: Links, now: datetime) -> None:
    """The one click of a mail program (RFC 8058): no reminders from now on. Errors: LinkNotValid."""
    who = subscription.find(session, municipality_id, token, links)
    subscription.choose(session, who, subscription.NONE, by=subscription.ONE_CLICK, now=now)


def renew_feed(session: Session, municipality_id: str, token: str, *, links: Links, now: datetime) -> None:
    """Make an address for the organisation's calendar; the one before it ends. Errors: LinkNotValid."""
    who = subscription.find(session, municipality_id, token, links)
    feed_key.renew(session, municipality_id, feed_key.ORGANISATION, who.id, links, now=now)
