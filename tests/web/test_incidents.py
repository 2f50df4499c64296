"""A step the system cannot finish is shown to its planner, tried again, and holds up nobody else."""

from dataclasses import replace

import pytest
from lxml import html
from sqlmodel import select

from engine.history import History
from engine.incident import Incident
from engine.instance import Instance
from engine.job import STOPPED, Job
from engine.wait import Wait
from engine.worker import TRIES
from processes.consultation import Consultation
from tests.web.case_desk import Desk, words


@pytest.fixture
def stuck(demo_kaasa):
    """The number of a case whose next timer has failed eight times; and the incident's id."""
    with demo_kaasa.database.open_transaction() as session:
        job = session.exec(select(Job).order_by(Job.due_at)).first()
        case = session.exec(select(Consultation).where(Consultation.instance_id == job.instance_id)).one()
        session.get_one(Instance, (job.tenant_id, job.instance_id))
        job.state = STOPPED
        made = Incident(
            tenant_id=job.tenant_id, id="00000000-0000-7000-8000-000000000001", instance_id=job.instance_id,
            job_id=job.id, element="display_round/round_closes", error="letter/send failed: the server is away",
            trace="trace", created_at=demo_kaasa.clock.now(),
        )  # fmt: skip
        session.add_all([job, made])
        return case.number, made.id


def test_a_planner_sees_what_stands_still_and_lets_it_be_tried_again(demo_visitor, stuck):
    number, incident_id = stuck
    demo_visitor.sign_in("planner")
    page = demo_visitor.get(f"/et/cases/{number}/incidents")
    assert page.status_code == 200
    assert "Arvamuste tähtaeg" in page.text
    assert "the server is away" not in page.text, "the trace is the administrator's"
    assert f"/cases/{number}/incidents" in demo_visitor.get("/et/desk").text
    done = demo_visitor.post(f"/et/cases/{number}/incidents/{incident_id}/again")
    after = demo_visitor.follow(done)
    assert "Miski ei seisa" in after.text
    with demo_visitor.kaasa.database.session() as session:
        job = session.get_one(Job, ("9999", session.get_one(Incident, ("9999", incident_id)).job_id))
        assert (job.state, job.attempts) == ("open", 0)


def test_a_step_tried_again_twice_is_tried_once(demo_visitor, stuck):
    number, incident_id = stuck
    demo_visitor.sign_in("planner")
    assert demo_visitor.post(f"/et/cases/{number}/incidents/{incident_id}/again").status_code == 303
    assert demo_visitor.post(f"/et/cases/{number}/incidents/{incident_id}/again").status_code == 409


def test_an_incident_of_another_case_is_not_touched(demo_visitor, stuck):
    number, incident_id = stuck
    other = next(it for it in ("dp-2026-1", "dp-2026-2") if it != number)
    demo_visitor.sign_in("planner")
    assert demo_visitor.post(f"/et/cases/{other}/incidents/{incident_id}/again").status_code == 409


@pytest.fixture
def failing(demo_visitor, monkeypatch):
    """A desk at the case whose round is open, with a service that fails once its last day comes."""
    desk = Desk(demo_visitor, "display_round/round_closes", language="et")
    services = demo_visitor.kaasa.runtime.services
    binding = services.find("round/close")

    def broken(*_args, **_more):
        raise RuntimeError("marker: the scales are broken")

    monkeypatch.setitem(services._found, ("service", "round/close"), replace(binding, function=broken))
    closes = next(
        it
        for it in desk.rows(Wait, instance_id=desk.instance_id)
        if it.element == "display_round/round_closes"
    )
    demo_visitor.kaasa.clock.move_to(closes.due_at)
    for _ in range(TRIES):
        demo_visitor.kaasa.loop.drain()
        demo_visitor.wait(hours=2)
    desk.become(desk.planner_id)
    return desk


def test_a_planner_reads_in_one_sentence_what_failed_where_and_whom_it_holds_up(failing):
    page = words(failing.open("incidents"))
    assert "„Sulge arvamuste vastuvõtt“ ei õnnestunud ja seisab alates" in page
    assert "skeemil tuleb see pärast sammu" in page
    assert "selle taga ootab: planeerija" in page
    assert "marker" not in page


def test_an_administrator_reads_the_trace_and_an_outsider_nothing(failing):
    (it,) = failing.rows(Incident, instance_id=failing.instance_id)
    path = failing.path(f"incidents/{it.id}")
    assert "marker" not in failing.visitor.get(path).text
    failing.visitor.sign_in("administrator")
    assert "marker: the scales are broken" in failing.visitor.get(path).text
    failing.visitor.sign_in("committee")
    assert failing.visitor.get(path).status_code == 403


def test_a_planner_goes_past_a_step_with_its_results_and_a_reason(failing):
    (it,) = failing.rows(Incident, instance_id=failing.instance_id)
    path = f"incidents/{it.id}"
    refused = failing.send(f"{path}/skip", {})
    assert refused.status_code == 422
    assert "Kirjutage, miks" in refused.text
    assert failing.rows(Incident, instance_id=failing.instance_id)[0].resolved_at is None
    given = {"result_round_closes_at": "2026-12-02T23:59", "result_display_ends_at": "2026-12-02T23:59"}
    wrong = failing.send(
        f"{path}/skip", {**given, "result_display_ends_at": "varsti", "skip_reason": "Tehtud."}
    )
    assert (wrong.status_code, 'href="#result_display_ends_at"' in wrong.text) == (422, True)
    assert 'value="2026-12-02T23:59"' in wrong.text, "what was typed stays"
    said = failing.done(failing.send(f"{path}/skip", {**given, "skip_reason": "Loendasin käsitsi."}))
    assert "läks sammust edasi" in said
    (it,) = failing.rows(Incident, instance_id=failing.instance_id)
    assert it.resolution == f"skipped:{failing.planner_id}: Loendasin käsitsi."
    (event,) = [h for h in failing.rows(History, instance_id=failing.instance_id) if h.what == "skipped"]
    assert (event.actor, event.element) == (failing.planner_id, "display_round/close_round")
    assert "Loendasin" not in event.details
    assert "mindi edasi" in words(failing.visitor.get(f"/et/cases/{failing.number}").text)


def test_a_failure_is_set_aside_with_a_reason(failing):
    (it,) = failing.rows(Incident, instance_id=failing.instance_id)
    refused = failing.send(f"incidents/{it.id}/aside", {})
    assert (refused.status_code, 'href="#aside_reason"' in refused.text) == (422, True)
    assert "kõrvale pandud" in failing.done(
        failing.send(f"incidents/{it.id}/aside", {"aside_reason": "Tehtud."})
    )


def test_ending_the_case_settles_its_failures(failing):
    (it,) = failing.rows(Incident, instance_id=failing.instance_id)
    refused = failing.send(f"incidents/{it.id}/cancel", {"cancel_reason": "Taotlus võeti tagasi."})
    assert (refused.status_code, 'href="#sure"' in refused.text) == (422, True)
    fields = {"cancel_reason": "Taotlus võeti tagasi.", "sure": failing.number}
    assert failing.send(f"incidents/{it.id}/cancel", fields).status_code == 303
    assert all(found.resolved_at for found in failing.rows(Incident, instance_id=failing.instance_id))
    (case,) = failing.rows(Consultation, id=failing.id)
    assert case.state == "cancelled"


def test_a_step_that_breaks_in_somebodys_hands_is_told_noted_once_and_settled_when_it_is_done(
    demo_visitor, monkeypatch
):
    with demo_visitor.kaasa.database.session() as session:
        wait = session.exec(select(Wait).where(Wait.kind == "human", Wait.role == "planner")).first()
        case = session.exec(select(Consultation).where(Consultation.instance_id == wait.instance_id)).one()
        element, wait_id = wait.element, wait.id
        session.expunge_all()
    desk = Desk(demo_visitor, element, language="et")
    desk.become(case.planner_id)

    def broken(*_args, **_more):
        raise RuntimeError("the form was eaten")

    monkeypatch.setattr(demo_visitor.kaasa.runtime, "_answer", broken)
    for _ in range(2):
        answer = demo_visitor.post(f"/et/task/{wait_id}", {"key": "a" * 24})
        assert answer.status_code == 500
        assert "üles märgitud" in answer.text
    (it,) = desk.rows(Incident, instance_id=wait.instance_id)
    assert (it.element, it.job_id) == (element, wait_id)
    page = demo_visitor.get(f"/et/cases/{case.number}/incidents").text
    assert f"/et/task/{wait_id}" in page
    assert "/again" not in page
    page = demo_visitor.get(f"/et/cases/{case.number}/incidents/{it.id}").text
    assert "Sellega on ülesanne tehtud" in page
    refused = demo_visitor.post(f"/et/cases/{case.number}/incidents/{it.id}/skip", {})
    assert (refused.status_code, 'href="#skip_reason"' in refused.text) == (422, True)
    given = {name: values[0] for name, values in _offered(page).items()}
    done = demo_visitor.post(
        f"/et/cases/{case.number}/incidents/{it.id}/skip", {**given, "skip_reason": "Tehti paberil."}
    )
    assert done.status_code == 303
    assert desk.rows(Wait, id=wait_id) == []
    (it,) = desk.rows(Incident, instance_id=wait.instance_id)
    assert it.resolution == f"skipped:{case.planner_id}: Tehti paberil."


def _offered(page):
    """Something that fits for every result the page asks."""
    found = {}
    for control in html.fromstring(page).iter("input", "select", "textarea"):
        name = control.get("name", "")
        if name.startswith("result_"):
            offered = [it.get("value") for it in control.iter("option") if it.get("value")]
            typed = {"date": "2026-12-02", "datetime-local": "2026-12-02T23:59"}.get(control.get("type"), "1")
            found.setdefault(name, [*offered, typed])
    return found
