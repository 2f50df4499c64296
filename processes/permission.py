"""Who may do what: an actor holds roles in one municipality, and every act names the roles it takes.

Residents and associations are no actors; they come through signed links, which open one thing each.
"""

from dataclasses import dataclass

from sqlmodel import Session

from processes.errors import NotAllowed
from processes.person import Person, roles_of

PLANNER, GOVERNMENT, COMMITTEE, CLERK, ADMINISTRATOR = (
    "planner",
    "government",
    "committee",
    "clerk",
    "administrator",
)


@dataclass(frozen=True)
class Actor:
    """Someone signed in. `roles` are those held now, read again at every request."""

    municipality_id: str
    person_id: str
    roles: frozenset[str]
    name: str = ""
    language: str = "et"

    def holds(self, *roles: str) -> bool:
        return not self.roles.isdisjoint(roles)


def actor_of(session: Session, municipality_id: str, person_id: str) -> Actor:
    """Who a person is now. Errors: NotAllowed when there is no such open account here."""
    person = session.get(Person, (municipality_id, person_id))
    if person is None or not person.active:
        raise NotAllowed
    roles = roles_of(session, municipality_id, person_id)
    return Actor(municipality_id, person_id, roles, person.name, person.language)


def require(actor: Actor, *roles: str) -> None:
    """Let nobody by who holds none of these roles. Errors: NotAllowed."""
    if not actor.holds(*roles):
        raise NotAllowed(roles=", ".join(roles))


def require_task(actor: Actor, role: str | None) -> None:
    """Let by whoever holds the role of a task's lane; a task without a role is nobody's. Errors: NotAllowed."""
    if role is None:
        raise NotAllowed
    require(actor, role)
