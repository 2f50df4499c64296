"""Who takes part in a case: whom to ask, what became of each, what they need, and everything done about one."""

from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from processes.actions import invited_one, inviting, need_arranging, participants
from processes.actions.invited_one import NewOrganisation
from processes.actions.participants import STATES
from processes.errors import Refused
from processes.organisation import KINDS
from web import room_words as words
from web.case_room import address, more, planner, reading, writing
from web.forms import Form
from web.i18n import LANGUAGES
from web.i18n import gettext as _
from web.public_forms import key_of, new_key, page_number
from web.sentences import problems
from web.visit import PageVisit, Visit

State = Annotated[str, QueryParameter(name="state")]
NEW = ("name", "kind", "email", "contact_name", "phone", "language")


class ParticipantsPage(Controller):
    """`/{lang}/cases/{number}/participants`."""

    path = "/cases/{number:str}/participants"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, number: FromPath[str], wanted: State = "", q: FromQuery[str] = "",
        page: FromQuery[str] = "", watch: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        return _list(visit, number, state=wanted, q=q, page=page_number(page), watch=watch == "1")

    @get("/progress", sync_to_thread=True)
    def progress(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        """How far the letters are, for a page that is being watched."""
        actor = planner(visit)
        sending = reading(visit, lambda s: participants.progress(s, actor, number))
        return visit.page("participants_progress.html", sending=sending, number=number, watch=True)

    @post("/send", sync_to_thread=True, status_code=303)
    def send(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Finish the step: ask everyone ticked."""
        actor, kaasa = planner(visit), visit.kaasa
        chosen, note = form.all("organisations"), form.text("note")
        try:
            writing(
                visit,
                lambda s: inviting.send(
                    s, actor, number, form.text("task"), chosen, note, runtime=kaasa.runtime, links=kaasa.links,
                    now=kaasa.clock.now(), key=key_of(form),
                ),
            )  # fmt: skip
        except Refused as refused:
            return _list(
                visit,
                number,
                status=422,
                errors=problems(refused),
                chosen=chosen,
                note=note,
                key=key_of(form),
            )
        return visit.redirect(
            f"/cases/{number}/participants?watch=1", done="invitations_sent", count=len(chosen)
        )

    @get("/add", sync_to_thread=True)
    def ask_add(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _adding(visit, number)

    @post("/add", sync_to_thread=True, status_code=303)
    def add(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Add an organisation of the registry, or a new one."""
        actor, kaasa, now = planner(visit), visit.kaasa, visit.kaasa.clock.now()
        tools: dict[str, Any] = {"links": kaasa.links, "office": kaasa.post_office, "now": now}
        try:
            if form.text("how") == "new":
                new = NewOrganisation(
                    easy_language=form.ticked("easy_language"), **{name: form.text(name) for name in NEW}
                )
                added = writing(
                    visit, lambda s: invited_one.add_new(s, actor, number, new, form.text("why_new"), **tools)
                )
            else:
                added = writing(
                    visit,
                    lambda s: invited_one.add_known(
                        s, actor, number, form.text("organisation"), form.text("why"), **tools
                    ),
                )
        except Refused as refused:
            told = problems(refused)
            if form.text("how") == "new" and "why" in told:
                told["why_new"] = told.pop("why")
            return _adding(visit, number, form.values(), told, status=422)
        done = "participant_asked" if added.asked else "participant_added"
        return visit.redirect(f"/cases/{number}/participants", done=done, name=added.name)

    @get("/{invitation_id:str}", sync_to_thread=True)
    def one(self, visit: Visit, number: FromPath[str], invitation_id: FromPath[str]) -> Response[str]:
        return _one(visit, number, invitation_id)

    @post("/{invitation_id:str}/uninvite", sync_to_thread=True, status_code=303)
    def uninvite(
        self, visit: Visit, number: FromPath[str], invitation_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, kaasa = planner(visit), visit.kaasa
        try:
            name = writing(
                visit,
                lambda s: invited_one.uninvite(
                    s, actor, number, invitation_id, form.text("reason"), office=kaasa.post_office, now=kaasa.clock.now()
                ),
            )  # fmt: skip
        except Refused as refused:
            return _one(visit, number, invitation_id, form.values(), problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/participants", done="participant_uninvited", name=name)

    @post("/{invitation_id:str}/renew", sync_to_thread=True, status_code=303)
    def renew(
        self, visit: Visit, number: FromPath[str], invitation_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, kaasa = planner(visit), visit.kaasa
        try:
            name = writing(
                visit,
                lambda s: invited_one.renew(
                    s, actor, number, invitation_id, form.text("email"), links=kaasa.links, office=kaasa.post_office,
                    now=kaasa.clock.now(),
                ),
            )  # fmt: skip
        except Refused as refused:
            return _one(visit, number, invitation_id, form.values(), problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/participants/{invitation_id}", done="link_renewed", name=name)

    @post("/{invitation_id:str}/reached", sync_to_thread=True, status_code=303)
    def reached(
        self, visit: Visit, number: FromPath[str], invitation_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor = planner(visit)
        try:
            name = writing(
                visit, lambda s: invited_one.reached(s, actor, number, invitation_id, form.text("reached"))
            )
        except Refused as refused:
            return _one(visit, number, invitation_id, form.values(), problems(refused), status=422)
        return visit.redirect(
            f"/cases/{number}/participants/{invitation_id}", done="reached_noted", name=name
        )

    @post("/needs/{need_id:str}", sync_to_thread=True, status_code=303)
    def need(
        self, visit: Visit, number: FromPath[str], need_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """Say what was arranged, or why it cannot be."""
        actor, kaasa = planner(visit), visit.kaasa
        if form.text("state") == "cancelled":
            writing(visit, lambda s: need_arranging.cancelled(s, actor, number, need_id))
            return visit.redirect(f"/cases/{number}/participants", done="need_order_cancelled")
        try:
            writing(
                visit,
                lambda s: need_arranging.answer(
                    s, actor, number, need_id, form.text("state"), form.text("answer"), office=kaasa.post_office,
                    now=kaasa.clock.now(),
                ),
            )  # fmt: skip
        except Refused as refused:
            told = {f"{field}-{need_id}": sentence for field, sentence in problems(refused).items()}
            typed = {
                f"answer-{need_id}": form.text("answer"),
                f"state-{need_id}": form.text("state"),
                "need": need_id,
            }
            return _list(visit, number, status=422, errors=told, typed=typed)
        return visit.redirect(f"/cases/{number}/participants", done="need_answered")


def _list(
    visit: PageVisit,
    number: str,
    *,
    state: str = "",
    q: str = "",
    page: int = 1,
    watch: bool = False,
    status: int = 200,
    errors: dict[str, str] | None = None,
    chosen: list[str] | None = None,
    note: str = "",
    key: str = "",
    typed: dict[str, str] | None = None,
) -> Response[str]:
    actor, now = planner(visit), visit.kaasa.clock.now()
    shown = reading(
        visit,
        lambda s: participants.read(s, actor, number, visit.language, state=state, search=q, page=page),
    )
    choosing = reading(visit, lambda s: inviting.choosing(s, actor, number, visit.language))
    needs = reading(visit, lambda s: need_arranging.of_case(s, actor, number, now=now))
    path = f"/cases/{number}/participants"
    filters = [(_("All"), sum(shown.counts.values()), address(visit, path, q=q), state not in STATES)]
    filters += [
        (_(words.ASKED[it]), shown.counts[it], address(visit, path, state=it, q=q), state == it)
        for it in STATES
        if shown.counts[it] or it == state
    ]
    ticked = set(chosen) if chosen is not None else {
        it.organisation_id for it in (choosing.choices if choosing else ()) if it.ticked
    }  # fmt: skip
    return visit.page(
        "participants.html",
        status=status,
        head=shown.head,
        people=shown,
        choosing=choosing,
        ticked=ticked,
        note=note,
        key=key or new_key(),
        needs=needs,
        typed=typed or {},
        filters=filters,
        state=state,
        q=q,
        more=more(visit, path, state=state, q=q),
        sending=shown.sending,
        watch=watch,
        number=number,
        words=words,
        errors=errors or {},
    )


def _adding(
    visit: PageVisit,
    number: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    shown = reading(visit, lambda s: participants.read(s, actor, number, visit.language))
    known = reading(visit, lambda s: invited_one.registry(s, actor, number))
    return visit.page(
        "participants_add.html",
        status=status,
        head=shown.head,
        known=[("", "–"), *known],
        kinds=[(it, _(words.ORGANISATIONS[it])) for it in KINDS],
        tongues=list(LANGUAGES.items()),
        values=values or {},
        errors=errors or {},
    )


def _one(
    visit: PageVisit,
    number: str,
    invitation_id: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    head, it = reading(visit, lambda s: participants.one(s, actor, number, invitation_id, visit.language))
    return visit.page(
        "participant.html",
        status=status,
        head=head,
        it=it,
        words=words,
        values=values or {},
        errors=errors or {},
    )
