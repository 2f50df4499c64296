"""What came in by mail and waits for a person: answers to let count, words to register, the rest to put aside."""

from typing import Annotated
from urllib.parse import urlencode

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from processes.actions import inbound_proposal, inbound_triage
from processes.actions.inbound_letter import Desk
from processes.actions.inbound_proposal import Proposal
from processes.actions.inbound_triage import Register
from processes.errors import Refused
from processes.permission import PLANNER
from web import public_words
from web.dates import iso
from web.forms import Form
from web.sentences import problems
from web.visit import Visit
from web.wording import mail as words


class MailsPage(Controller):
    """`/{lang}/mails`."""

    path = "/mails"

    @get(sync_to_thread=True)
    def list(
        self,
        visit: Visit,
        show: FromQuery[str] = "",
        page: Annotated[int, QueryParameter(ge=1, le=10000)] = 1,
    ) -> Response[str]:
        actor = visit.official(PLANNER)
        with visit.kaasa.database.session() as session:
            found = inbound_triage.read(session, actor, everything=show == "all", page=page)
        return visit.page("mails.html", mails=found, everything=show == "all", words=words)

    @get("/{mail_id:str}", sync_to_thread=True)
    def show(self, visit: Visit, mail_id: FromPath[str]) -> Response[str]:
        return self._page(visit, mail_id)

    @get("/{mail_id:str}/download", sync_to_thread=True)
    def original(self, visit: Visit, mail_id: FromPath[str]) -> Response[bytes]:
        """The mail as it came, to be kept or opened elsewhere; never shown in the browser."""
        actor, kaasa = visit.official(PLANNER), visit.kaasa
        with kaasa.database.session() as session:
            digest = inbound_triage.original(session, actor, mail_id)
        answer = Response(
            kaasa.store.get(actor.municipality_id, digest), media_type="application/octet-stream"
        )
        answer.headers["Content-Disposition"] = 'attachment; filename="kiri.eml"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @post("/{mail_id:str}/count", sync_to_thread=True, status_code=303)
    def count(self, visit: Visit, mail_id: FromPath[str], form: Form) -> Redirect:  # noqa: ARG002  the form is read for its token
        actor, kaasa, now = visit.official(PLANNER), visit.kaasa, visit.kaasa.clock.now()
        kaasa.database.transaction(
            lambda s: inbound_triage.count(s, actor, mail_id, office=kaasa.post_office, now=now)
        )
        return visit.redirect("/mails", done="mail_counted")

    @post("/{mail_id:str}/confirm", sync_to_thread=True, status_code=303)
    def confirm(self, visit: Visit, mail_id: FromPath[str], form: Form) -> Redirect:  # noqa: ARG002  as above
        actor, kaasa, now = visit.official(PLANNER), visit.kaasa, visit.kaasa.clock.now()
        receipt = kaasa.database.transaction(
            lambda s: inbound_triage.confirm(
                s, actor, mail_id, desk=Desk(s, actor.municipality_id, kaasa.store, kaasa.post_office, now)
            )
        )
        return visit.redirect("/mails", done="mail_registered", receipt=receipt)

    @post("/{mail_id:str}/register", sync_to_thread=True)
    def register(self, visit: Visit, mail_id: FromPath[str], form: Form) -> Response[str] | Redirect:
        actor, kaasa, now = visit.official(PLANNER), visit.kaasa, visit.kaasa.clock.now()
        wanted = Register(**{name: form.text(name) for name in Register.model_fields})
        try:
            receipt = kaasa.database.transaction(
                lambda s: inbound_triage.register(
                    s, actor, mail_id, wanted,
                    desk=Desk(s, actor.municipality_id, kaasa.store, kaasa.post_office, now),
                )
            )  # fmt: skip
        except Refused as refused:
            return self._page(visit, mail_id, typed=form.values(), refused=refused)
        return visit.redirect("/mails", done="mail_registered", receipt=receipt)

    @post("/{mail_id:str}/aside", sync_to_thread=True, status_code=303)
    def aside(self, visit: Visit, mail_id: FromPath[str], form: Form) -> Redirect:
        actor, kaasa, now = visit.official(PLANNER), visit.kaasa, visit.kaasa.clock.now()
        note, spam = form.text("note"), form.ticked("spam")
        kaasa.database.transaction(
            lambda s: inbound_triage.aside(s, actor, mail_id, note, spam=spam, now=now)
        )
        return visit.redirect("/mails", done="mail_aside")

    @post("/{mail_id:str}/decline", sync_to_thread=True, status_code=303)
    def decline(self, visit: Visit, mail_id: FromPath[str], form: Form) -> Response[str] | Redirect:
        """No to another time or to somebody else; whoever asked is told why."""
        actor, kaasa, now = visit.official(PLANNER), visit.kaasa, visit.kaasa.clock.now()
        reason, office = form.text("reason"), visit.kaasa.post_office
        try:
            kaasa.database.transaction(
                lambda s: inbound_proposal.decline(s, actor, mail_id, reason, office=office, now=now)
            )
        except Refused as refused:
            return self._page(visit, mail_id, typed=form.values(), refused=refused)
        return visit.redirect("/mails", done="mail_declined")

    @post("/{mail_id:str}/delegate", sync_to_thread=True, status_code=303)
    def delegate(self, visit: Visit, mail_id: FromPath[str], form: Form) -> Redirect:
        """Somebody else comes in the invitee's place."""
        actor, kaasa, now = visit.official(PLANNER), visit.kaasa, visit.kaasa.clock.now()
        office, send_link = kaasa.post_office, form.ticked("send_link")
        kaasa.database.transaction(
            lambda s: inbound_proposal.delegate(
                s, actor, mail_id, send_link=send_link, office=office, now=now
            )
        )
        return visit.redirect("/mails", done="mail_delegated")

    def _page(
        self, visit: Visit, mail_id: str, typed: dict[str, str] | None = None, refused: Refused | None = None
    ) -> Response[str]:
        actor = visit.official(PLANNER)
        with visit.kaasa.database.session() as session:
            found = inbound_triage.one(session, actor, mail_id, now=visit.kaasa.clock.now())
        known = {
            "number": found.line.number, "name": found.author_name, "email": found.author_email, "text": found.text,
        }  # fmt: skip
        values = {**known, **(typed or {})}
        return visit.page(
            "mail.html", mail=found, typed=values, errors=problems(refused) if refused else {}, words=words,
            said=public_words, move=_move(found.proposal),
            status=422 if refused else 200,
        )  # fmt: skip


def _move(asked: Proposal | None) -> str:
    """The page for moving the meeting with the proposed time filled in; nothing changes before it is sent."""
    if asked is None or not asked.can_move or asked.proposed_start is None or asked.proposed_end is None:
        return ""
    filled = {
        "starts_at": iso(asked.proposed_start), "ends_at": iso(asked.proposed_end), "mail": asked.mail_id,
    }  # fmt: skip
    return f"/cases/{asked.number}/meetings/{asked.meeting_id}?{urlencode(filled)}#move"
