"""A task: what it says, the form as it was drawn, finishing it once, and everything that is refused."""

from __future__ import annotations

import re

import pytest
from sqlmodel import col, select

from engine.clock import local_day
from engine.errors import NotOpen
from engine.history import History
from engine.wait import HUMAN, Wait
from processes.actions import sign_in, task
from processes.consultation import Consultation
from processes.errors import NotAllowed
from processes.permission import Actor
from processes.person import Person, Role
from tests.web.conftest import HOME, Visitor, found
from web import auth
from web.compose import Kaasa


def wait_of(kaasa: Kaasa, element: str) -> str:
    with kaasa.database.session() as session:
        query = select(Wait.id).where(Wait.kind == HUMAN, col(Wait.element).endswith(element))
        return session.exec(query).one()


def open_elements(kaasa: Kaasa, number: str) -> set[str]:
    with kaasa.database.session() as session:
        query = select(Wait.element).join(Consultation, col(Consultation.instance_id) == Wait.instance_id)
        return set(session.exec(query.where(Consultation.number == number, Wait.kind == HUMAN)))


def number_of(kaasa: Kaasa, element: str) -> str:
    """Out: the number of the case that waits there; it depends on the day the demonstration began."""
    with kaasa.database.session() as session:
        query = select(Consultation.number).join(Wait, col(Wait.instance_id) == Consultation.instance_id)
        return session.exec(query.where(Wait.kind == HUMAN, col(Wait.element).endswith(element))).one()


def done(kaasa: Kaasa, element: str) -> int:
    with kaasa.database.session() as session:
        query = select(History.seq).where(History.element == element, History.what == "done")
        return len(session.exec(query).all())


@pytest.fixture
def number(demo_kaasa: Kaasa) -> str:
    """The case that has just been launched."""
    return number_of(demo_kaasa, "check_application")


def hidden(page: str) -> dict[str, str]:
    """The hidden fields of the task's own form."""
    form = found(r"(?s)(<form[^>]*novalidate.*?</form>)", page)
    pairs = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', form)
    return {name: value for name, value in pairs if name != "_csrf_token"}


def another_planner(kaasa: Kaasa) -> str:
    """Out: the session of a second planner, Peeter."""
    with kaasa.database.open_transaction() as session:
        person = Person(
            municipality_id=HOME, name="Peeter Planeerija", email="peeter.teine@naidisvald.example"
        )
        session.add(person)
        session.flush()
        session.add(Role(municipality_id=HOME, person_id=person.id, role="planner"))
        return sign_in.begin(session, municipality_id=HOME, person_id=person.id, now=kaasa.wall.now())


def test_a_task_says_its_case_what_to_do_why_until_when_and_by_which_law(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    demo_visitor.sign_in("planner")
    page = demo_visitor.get(f"/et/task/{wait_of(demo_kaasa, 'check_application')}").text
    for told in ("Aia tn 3 lasteaia", "Kontrolli taotlust", "seaduses loetletud põhjusel", "PlanS § 128"):
        assert told in page
    assert 'name="application"' in page


def test_finishing_a_task_opens_the_next_one_and_says_so(
    demo_kaasa: Kaasa, demo_visitor: Visitor, number: str
) -> None:
    demo_visitor.sign_in("planner")
    path = f"/et/task/{wait_of(demo_kaasa, 'check_application')}"
    fields = {**hidden(demo_visitor.get(path).text), "application": "proceed"}
    desk = demo_visitor.follow(demo_visitor.post(path, fields))
    assert f"Tehtud: Kontrolli taotlust ({number})." in desk.text
    assert open_elements(demo_kaasa, number) == {"assess_environment"}


def test_a_double_click_is_one_step(demo_kaasa: Kaasa, demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("planner")
    path = f"/et/task/{wait_of(demo_kaasa, 'check_application')}"
    fields = {**hidden(demo_visitor.get(path).text), "application": "proceed"}
    before = done(demo_kaasa, "check_application")
    answers = [demo_visitor.post(path, fields) for _ in range(3)]
    assert [it.status_code for it in answers] == [303, 303, 303]
    assert "Tehtud: Kontrolli taotlust" in demo_visitor.follow(answers[-1]).text
    assert done(demo_kaasa, "check_application") == before + 1


def test_of_two_planners_the_second_learns_who_was_first_and_loses_nothing_typed(
    demo_kaasa: Kaasa, demo_visitor: Visitor, number: str
) -> None:
    demo_visitor.sign_in("planner")
    path = f"/et/task/{wait_of(demo_kaasa, 'check_application')}"
    before = done(demo_kaasa, "check_application")
    first, second = hidden(demo_visitor.get(path).text), hidden(demo_visitor.get(path).text)
    assert demo_visitor.post(path, {**first, "application": "proceed"}).status_code == 303
    cookie = auth.cookie_name(demo_kaasa.settings)
    demo_visitor.client.cookies.set(cookie, another_planner(demo_kaasa))
    answer = demo_visitor.post(
        path,
        {**second, "application": "refuse", "note": "Minu pikk <b>põhjendus</b>, mida ma ei taha kaotada."},
    )
    assert answer.status_code == 409
    assert "Lõpetas Aino" in answer.text
    assert "Minu pikk &lt;b&gt;põhjendus&lt;/b&gt;" in answer.text
    assert done(demo_kaasa, "check_application") == before + 1
    assert open_elements(demo_kaasa, number) == {"assess_environment"}


def test_the_key_of_one_planner_is_no_key_of_another(demo_kaasa: Kaasa, demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("planner")
    path = f"/et/task/{wait_of(demo_kaasa, 'check_application')}"
    fields = {**hidden(demo_visitor.get(path).text), "application": "proceed"}
    assert demo_visitor.post(path, fields).status_code == 303
    demo_visitor.client.cookies.set(auth.cookie_name(demo_kaasa.settings), another_planner(demo_kaasa))
    assert demo_visitor.post(path, fields).status_code == 409


def test_an_empty_form_is_refused_with_a_sentence_that_leads_to_the_field(
    demo_kaasa: Kaasa, demo_visitor: Visitor, number: str
) -> None:
    demo_visitor.sign_in("planner")
    path = f"/et/task/{wait_of(demo_kaasa, 'check_application')}"
    answer = demo_visitor.post(path, hidden(demo_visitor.get(path).text))
    assert answer.status_code == 422
    assert 'href="#application"' in answer.text
    assert "govuk-error-summary" in answer.text
    assert open_elements(demo_kaasa, number) == {"check_application"}


@pytest.mark.parametrize(
    ("value", "told"),
    [
        ("", "required"),
        ("tulevikus", "date"),
        ("2199-01-01", "future"),
        ("1800-01-01", "range"),
        ("x" * 20_000, "date"),
    ],
)
def test_a_wrong_day_is_refused_and_the_rest_stays_typed(
    demo_kaasa: Kaasa, demo_visitor: Visitor, number: str, value: str, told: str
) -> None:
    demo_visitor.sign_in("planner")
    for element, answers in (("check_application", "proceed"), ("assess_environment", "not_needed")):
        path = f"/et/task/{wait_of(demo_kaasa, element)}"
        name = "application" if element == "check_application" else "environment"
        fields = {**hidden(demo_visitor.get(path).text), name: answers, "reasons": "Mõju ei ole oluline."}
        fields["decided_on"] = local_day(demo_kaasa.clock.now()).isoformat()
        assert demo_visitor.post(path, fields).status_code == 303, element
    demo_visitor.sign_in("government")
    path = f"/et/task/{wait_of(demo_kaasa, 'decide_initiation')}"
    sent = {
        **hidden(demo_visitor.get(path).text),
        "initiation": "initiate",
        "act": "Otsus nr 7",
        "decided_on": value,
    }
    answer = demo_visitor.post(path, sent)
    assert answer.status_code == 422, told
    assert 'href="#decided_on"' in answer.text
    assert 'value="Otsus nr 7"' in answer.text
    assert open_elements(demo_kaasa, number) == {"decide_initiation"}


@pytest.mark.parametrize("value", ["maybe", "<script>", "proceed,refuse", "x" * 5000])
def test_an_answer_that_was_not_offered_is_refused(
    demo_kaasa: Kaasa, demo_visitor: Visitor, value: str
) -> None:
    demo_visitor.sign_in("planner")
    path = f"/et/task/{wait_of(demo_kaasa, 'check_application')}"
    answer = demo_visitor.post(path, {**hidden(demo_visitor.get(path).text), "application": value})
    assert answer.status_code == 422
    assert "<script>" not in answer.text


def test_a_task_with_a_page_of_its_own_leads_there(demo_kaasa: Kaasa, demo_visitor: Visitor) -> None:
    demo_visitor.sign_in("planner")
    wait_id = wait_of(demo_kaasa, "answer_opinions")
    answer = demo_visitor.get(f"/et/task/{wait_id}")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith(
        f"/et/cases/{number_of(demo_kaasa, 'answer_opinions')}/answers"
    )


def test_a_guard_that_does_not_hold_yet_is_told_and_nothing_changes(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    demo_visitor.sign_in("planner")
    wait_id = wait_of(demo_kaasa, "answer_opinions")
    answer = demo_visitor.post(f"/et/task/{wait_id}", {"key": "aaaaaaaaaaaa"})
    assert answer.status_code == 422
    assert "answer_opinions" in open_elements(demo_kaasa, number_of(demo_kaasa, "answer_opinions"))


def test_a_task_of_another_role_is_closed(demo_kaasa: Kaasa, demo_visitor: Visitor, number: str) -> None:
    path = f"/et/task/{wait_of(demo_kaasa, 'check_application')}"
    for role in ("government", "committee", "administrator"):
        demo_visitor.sign_in(role)
        assert demo_visitor.get(path).status_code == 403
        assert demo_visitor.post(path, {"application": "proceed"}).status_code == 403
    assert open_elements(demo_kaasa, number) == {"check_application"}


def test_a_task_of_another_municipality_or_of_nobody_is_not_there(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    person = demo_visitor.sign_in("planner")
    wait_id, now = wait_of(demo_kaasa, "check_application"), demo_kaasa.clock.now()
    stranger = Actor("1111", person, frozenset({"planner"}))
    nobody = Actor(HOME, person, frozenset())
    with demo_kaasa.database.session() as session:
        with pytest.raises(NotOpen):
            task.read(session, stranger, wait_id, "et", runtime=demo_kaasa.runtime, now=now)
        with pytest.raises(NotOpen):
            task.complete(session, stranger, wait_id, {}, runtime=demo_kaasa.runtime, now=now, key="k")
        with pytest.raises(NotAllowed):
            task.complete(session, nobody, wait_id, {}, runtime=demo_kaasa.runtime, now=now, key="k")
    assert demo_visitor.get("/et/task/no-such-task").status_code == 409


def test_what_only_some_answers_need_is_not_asked_of_the_others(
    demo_kaasa: Kaasa, demo_visitor: Visitor
) -> None:
    """A form's own conditions decide, also when the browser sends everything there is."""
    demo_visitor.sign_in("planner")
    now = demo_kaasa.clock.now()
    for element, fields in (
        ("check_application", {"application": "proceed"}),
        ("assess_environment", {"environment": "not_needed", "reasons": "Mõju ei ole oluline."}),
    ):
        path = f"/et/task/{wait_of(demo_kaasa, element)}"
        fields["decided_on"] = local_day(now).isoformat()
        demo_visitor.post(path, {**hidden(demo_visitor.get(path).text), **fields})
    demo_visitor.sign_in("government")
    path = f"/et/task/{wait_of(demo_kaasa, 'decide_initiation')}"
    sent = {
        **hidden(demo_visitor.get(path).text),
        "initiation": "refuse",
        "act": "Otsus nr 7",
        "decided_on": local_day(now).isoformat(),
        "reasons": "Planeeringut ei saa ellu viia.",
    }
    assert demo_visitor.post(path, sent).status_code == 303
