"""A revised procedure: its planner sees what changes, moves the cases that can go, and takes a move back."""

from __future__ import annotations

from contextlib import contextmanager

import pytest
from sqlmodel import select

from engine.definition import Definition
from engine.instance import ACTIVE, Instance
from processes import catalogue
from processes.consultation import Consultation

KEY = "detailed_plan"


@pytest.fixture
def revised(demo_kaasa):
    """The demonstration with a second version of its procedure. Out: the numbers of the cases under way."""
    files = dict(catalogue.kind(KEY).files())
    name = next(it for it in sorted(files) if it.endswith("invitation.et.md"))
    files[name] += "\nLisatud lause.\n"
    diagram = files[f"{KEY}.bpmn"]
    files[f"{KEY}.bpmn"] = diagram.replace('name="Arvamuste tähtaeg"', 'name="Arvamuste viimane päev"')
    now = demo_kaasa.clock.now()
    demo_kaasa.database.transaction(lambda s: demo_kaasa.library.deploy(s, "9999", files, now=now))
    with demo_kaasa.database.session() as session:
        query = select(Consultation.number).join(
            Instance, (Instance.id == Consultation.instance_id) & (Instance.status == ACTIVE)
        )
        return sorted(session.exec(query.where(Consultation.kind == KEY)))


def versions(kaasa):
    with kaasa.database.session() as session:
        query = select(Consultation.number, Definition.version)
        query = query.join(Instance, Instance.id == Consultation.instance_id)
        query = query.join(Definition, Definition.id == Instance.definition_id)
        return dict(session.exec(query.where(Instance.status == ACTIVE, Consultation.kind == KEY)).all())


def test_a_planner_sees_what_changes_and_moves_the_ticked_cases(demo_visitor, revised):
    demo_visitor.sign_in("planner")
    assert "/moving" in demo_visitor.get("/et/cases").text
    overview = demo_visitor.get("/et/moving")
    assert overview.status_code == 200
    assert f"/et/moving/{KEY}?to=2" in overview.text
    plan = demo_visitor.get(f"/et/moving/{KEY}?to=2")
    assert plan.status_code == 200
    assert all(number in plan.text for number in revised)
    one, *rest = revised
    done = demo_visitor.post(f"/et/moving/{KEY}/apply", {"to": "2", "case": one})
    after = demo_visitor.follow(done)
    assert after.status_code == 200
    assert versions(demo_visitor.kaasa) == {one: 2} | dict.fromkeys(rest, 1)
    back = demo_visitor.post(f"/et/moving/{KEY}/back", {"to": "2", "number": one})
    assert demo_visitor.follow(back).status_code == 200
    assert versions(demo_visitor.kaasa) == dict.fromkeys(revised, 1)


def test_new_terms_need_a_reason_and_nothing_moves_without_it(demo_visitor, revised):
    demo_visitor.sign_in("administrator")
    fields = {"to": "2", "case": revised[0], "new_terms": "true"}
    assert demo_visitor.post(f"/en/moving/{KEY}/apply", fields).status_code == 422
    assert set(versions(demo_visitor.kaasa).values()) == {1}
    assert demo_visitor.post(f"/en/moving/{KEY}/apply", fields | {"reason": "RT I 2027"}).status_code == 303
    assert versions(demo_visitor.kaasa)[revised[0]] == 2


def test_a_move_is_not_taken_back_after_a_step(demo_visitor, revised):
    demo_visitor.sign_in("planner")
    number = revised[0]
    demo_visitor.post(f"/et/moving/{KEY}/apply", {"to": "2", "case": number})
    with demo_visitor.kaasa.database.open_transaction() as session:
        case = session.exec(select(Consultation).where(Consultation.number == number)).one()
        instance = session.get_one(Instance, ("9999", case.instance_id))
        instance.revision += 1
        session.add(instance)
    assert demo_visitor.post(f"/et/moving/{KEY}/back", {"to": "2", "number": number}).status_code == 409
    assert versions(demo_visitor.kaasa)[number] == 2


def test_what_was_done_by_a_former_version_is_still_told(demo_visitor, revised):
    kaasa, now = demo_visitor.kaasa, demo_visitor.kaasa.clock.now()
    files = {
        name.replace("check_application", "look_at_it"): text.replace("check_application", "look_at_it")
        for name, text in catalogue.kind(KEY).files().items()
    }
    to = kaasa.database.transaction(lambda s: kaasa.library.deploy(s, "9999", files, now=now).version)
    demo_visitor.sign_in("planner")
    for number in revised:
        demo_visitor.post(f"/et/moving/{KEY}/apply", {"to": str(to), "case": number})
    moved = [number for number, version in versions(kaasa).items() if version == to]
    assert moved
    for number in moved:
        assert demo_visitor.get(f"/et/cases/{number}").status_code == 200
        assert demo_visitor.get(f"/et/case/{number}").status_code == 200
    assert demo_visitor.get("/et/desk").status_code == 200


def test_a_folder_that_changed_is_taken_over_once(demo_visitor, revised):
    demo_visitor.sign_in("planner")
    demo_visitor.follow(demo_visitor.post(f"/et/moving/{KEY}/take-over"))
    assert "?to=2" in demo_visitor.get("/et/moving").text
    assert demo_visitor.get(f"/et/moving/{KEY}?to=9").status_code == 404
    assert demo_visitor.get("/et/moving/nothing").status_code == 404


def test_the_command_says_what_the_page_says_and_does_it(demo_kaasa, revised, capsys, monkeypatch):
    from web import cli
    from web.commands import move

    @contextmanager
    def composed():
        yield demo_kaasa

    monkeypatch.setattr(move, "composed", composed)
    assert cli.run(["move", KEY]) == 0
    said = capsys.readouterr().out
    assert "Version 1 -> 2:" in said
    assert all(f"{number} " in said for number in revised)
    assert "can go" in said
    assert set(versions(demo_kaasa).values()) == {1}
    assert cli.run(["move", KEY, "--to", "2", "--case", revised[0], "--apply"]) == 0
    assert versions(demo_kaasa)[revised[0]] == 2
    assert cli.run(["move", KEY, "--case", revised[0], "--revert", "--json"]) == 0
    assert set(versions(demo_kaasa).values()) == {1}
    capsys.readouterr()
    assert cli.run(["move", KEY, "--case", revised[0], "--revert"]) == 1
    assert cli.run(["move", "nothing"]) == 1
    assert cli.run(["move", KEY, "--to", "7"]) == 1
    assert cli.run(["move", KEY, "--terms", "new", "--apply"]) == 1
