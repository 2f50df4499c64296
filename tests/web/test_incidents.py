"""A step the system cannot finish is shown to its planner, tried again, and holds up nobody else."""

import pytest
from sqlmodel import select

from engine.incident import Incident
from engine.instance import Instance
from engine.job import STOPPED, Job
from processes.consultation import Consultation


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
