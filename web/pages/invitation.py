"""The personal link of an invited organisation: what is asked, and one form for every answer."""

from dataclasses import asdict
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import invitation_answer, pointing, public_calendar
from processes.actions.giving import MAX_FILES
from processes.actions.invitation_answer import Answer
from processes.actions.invitation_view import InvitationView, invitation_view
from processes.errors import NotYet, Refused, TooLate
from web import anchor_form, public_words
from web.forms import Form
from web.public_forms import (
    FILES_ACCEPTED,
    FILES_NAMED,
    files_of,
    gate_sentence,
    key_of,
    new_key,
    sentences,
    too_late,
)
from web.sending import attachment, site_of
from web.visit import Visit


class InvitationPage(Controller):
    """`/{lang}/i/{token}`. Opening it notes nothing and uses nothing up."""

    path = "/i/{token:str}"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _page(visit, token)

    @post("/opened", sync_to_thread=True, status_code=204)
    def opened(self, visit: Visit, token: FromPath[str]) -> None:
        """The page itself says that a person has it before them; a mail scanner runs no script."""
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        kaasa.database.transaction(
            lambda s: invitation_answer.opened(s, kaasa.municipality_id, token, links=kaasa.links, now=now)
        )

    @post(sync_to_thread=True, status_code=303)
    def answer(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Take every part that was answered, or show the page again with everything that was typed."""
        kaasa, files, now = visit.kaasa, files_of(form), visit.kaasa.clock.now()
        given = Answer(
            key=key_of(form),
            meeting=form.text("meeting"),
            needs=tuple(form.all("needs")),
            other=form.text("other"),
            text=form.text("text"),
            no_comments=form.ticked("no_comments"),
            approval=form.text("approval"),
            remove=frozenset(form.all("remove")),
            late=form.ticked("late"),
            late_reason=form.text("late_reason"),
            pointed=anchor_form.pointed(form),
        )
        try:
            done = kaasa.database.transaction(
                lambda s: invitation_answer.answer(
                    s,
                    kaasa.municipality_id,
                    token,
                    given,
                    files,
                    links=kaasa.links,
                    store=kaasa.store,
                    post=kaasa.post_office.at(s, kaasa.municipality_id, now=now),
                    now=now,
                )
            )
        except Refused as refused:
            return _page(visit, token, given, sentences(refused), had_files=bool(files), status=422)
        except (TooLate, NotYet) as late:
            return _page(visit, token, given, {"": too_late(late)}, had_files=bool(files), status=409)
        code = "answer_taken" if done.parts else "nothing_new"
        if done.receipt:
            code = "answer_taken_late" if done.late else "answer_taken_receipt"
        return visit.redirect(f"/i/{token}", done=code, receipt=done.receipt)

    @post("/withdraw", sync_to_thread=True, status_code=303)
    def withdraw(self, visit: Visit, token: FromPath[str]) -> Response[str] | Redirect:
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        try:
            kaasa.database.transaction(
                lambda s: invitation_answer.withdraw(
                    s,
                    kaasa.municipality_id,
                    token,
                    links=kaasa.links,
                    post=kaasa.post_office.at(s, kaasa.municipality_id, now=now),
                    now=now,
                )
            )
        except TooLate as late:
            return _page(visit, token, errors={"": too_late(late)}, status=409)
        return visit.redirect(f"/i/{token}", done="opinion_withdrawn")

    @post("/forward", sync_to_thread=True, status_code=303)
    def forward(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, address, now = visit.kaasa, form.text("address"), visit.kaasa.clock.now()
        try:
            kaasa.database.transaction(
                lambda s: invitation_answer.forward(
                    s,
                    kaasa.municipality_id,
                    token,
                    address,
                    links=kaasa.links,
                    post=kaasa.post_office.at(s, kaasa.municipality_id, now=now),
                    now=now,
                )
            )
        except Refused as refused:
            return _page(visit, token, errors=sentences(refused), address=address, status=422)
        return visit.redirect(f"/i/{token}", done="link_forwarded", address=address)

    @post("/not-us", sync_to_thread=True, status_code=200)
    def not_us(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        """The link is dead after this, so the thanks are given here and not after a redirect."""
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        kaasa.database.transaction(
            lambda s: invitation_answer.not_us(
                s,
                kaasa.municipality_id,
                token,
                links=kaasa.links,
                post=kaasa.post_office.at(s, kaasa.municipality_id, now=now),
                now=now,
            )
        )
        return visit.page("invitation_not_us.html")

    @get("/calendar.ics", sync_to_thread=True)
    def calendar(self, visit: Visit, token: FromPath[str]) -> Response[bytes]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            content = public_calendar.invitation_calendar(
                session,
                kaasa.municipality_id,
                token,
                site_of(visit),
                links=kaasa.links,
                now=kaasa.clock.now(),
            )
        return attachment(content, "text/calendar; charset=utf-8", "kaasa.ics")


def _page(
    visit: Visit,
    token: str,
    given: Answer | None = None,
    errors: dict[str, str] | None = None,
    *,
    address: str = "",
    had_files: bool = False,
    status: int = 200,
) -> Response[str]:
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        asked = invitation_view(
            session, kaasa.municipality_id, token, visit.language, links=kaasa.links, now=kaasa.clock.now()
        )
        ground = pointing.ground_of_link(session, kaasa.municipality_id, token, links=kaasa.links)
    answer = visit.page(
        "invitation.html",
        status=status,
        asked=asked,
        words=public_words,
        token=token,
        gate_sentence=gate_sentence(asked.gate),
        key=given.key if given else new_key(),
        values=_typed(given) if given else _standing(asked),
        errors=errors or {},
        address=address,
        meeting_name=public_words.word(public_words.MEETINGS, asked.meeting.kind) if asked.meeting else "",
        kinds=[(it.code, it.names[visit.language], it.order_by, it.too_late) for it in asked.kinds],
        needs=[_need(asked, visit, it.kind, it.state, it.answer) for it in asked.needs],
        earlier=[
            (it.receipt, it.received_at, public_words.word(public_words.STATES, it.state))
            for it in asked.earlier
        ],
        had_files=had_files,
        accepted=FILES_ACCEPTED,
        file_kinds=FILES_NAMED,
        most=MAX_FILES,
        ground=ground,
        drawing=anchor_form.drawn(ground),
    )
    return anchor_form.with_tiles(answer, ground.tiles)


def _typed(given: Answer) -> dict[str, Any]:
    """What was typed a moment ago, to show again."""
    return {**given.model_dump(), **asdict(given.pointed)}


def _standing(asked: InvitationView) -> dict[str, Any]:
    """What has been answered before, to change from there."""
    current = asked.opinion if asked.opinion and asked.opinion.can_change else None
    answered = asked.meeting is not None and asked.meeting.answer in invitation_answer.ATTENDING
    approval = (
        asked.approval if asked.approval and asked.approval.result in invitation_answer.APPROVALS else None
    )
    return {
        "meeting": asked.meeting.answer if answered and asked.meeting else "",
        "needs": tuple(it.kind for it in asked.needs),
        "other": next((it.details for it in asked.needs if it.kind == "OTHER"), ""),
        "text": approval.conditions if approval else (current.text if current else ""),
        "no_comments": False,
        "approval": approval.result if approval else "",
        "remove": frozenset(),
        "late_reason": "",
    }


def _need(asked: InvitationView, visit: Visit, kind: str, state: str, answer: str) -> tuple[str, str, str]:
    names = next((it.names for it in asked.kinds if it.code == kind), {})
    return names.get(visit.language, kind), public_words.word(public_words.NEED_STATES, state), answer
