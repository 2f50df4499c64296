"""Every act names the roles it takes; Oskar the outsider holds none."""

import pytest
from sqlmodel import select

from processes.errors import NotAllowed
from processes.permission import Actor, actor_of, require, require_task
from processes.person import Person, Role
from tests.processes.room import HOME, Room

OSKAR = Actor(HOME, "oskar", frozenset())
AINO = Actor(HOME, "aino", frozenset({"planner"}))


def test_nobody_passes_without_a_named_role():
    require(AINO, "planner", "administrator")
    for actor, roles in ((OSKAR, ("planner",)), (AINO, ("government",)), (AINO, ())):
        with pytest.raises(NotAllowed):
            require(actor, *roles)


def test_a_task_without_a_role_is_nobodys():
    require_task(AINO, "planner")
    for role in (None, "committee"):
        with pytest.raises(NotAllowed):
            require_task(AINO, role)


def test_roles_are_read_anew_and_a_closed_account_holds_none(sqlite_url):
    room = Room(sqlite_url)
    try:
        with room.step() as session:
            assert actor_of(session, HOME, room.people["planner"]).roles == {"planner"}
            session.add(Role(municipality_id=HOME, person_id=room.people["planner"], role="administrator"))
        with room.step() as session:
            assert actor_of(session, HOME, room.people["planner"]).holds("administrator")
            with pytest.raises(NotAllowed):
                actor_of(session, "0001", room.people["planner"])
            person = session.exec(select(Person).where(Person.id == room.people["planner"])).one()
            person.active = False
            session.add(person)
        with room.step() as session, pytest.raises(NotAllowed):
            actor_of(session, HOME, room.people["planner"])
    finally:
        room.close()
