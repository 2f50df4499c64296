"""The meetings of a case: who comes, moving or calling one off, and the list at the door."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import meeting_keeping, meetings_of_case
from processes.actions.meeting_keeping import Move
from processes.errors import Refused
from web import public_words
from web import room_words as words
from web.case_room import planner, reading, writing
from web.dates import iso
from web.forms import Form
from web.sentences import problems
from web.visit import PageVisit, Visit

FIELDS = ("starts_at", "ends_at", "place", "access", "url", "reason")


class MeetingsPage(Controller):
    """`/{lang}/cases/{number}/meetings`."""

    path = "/cases/{number:str}/meetings"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        actor, now = planner(visit), visit.kaasa.clock.now()
        shown = reading(visit, lambda s: meetings_of_case.read(s, actor, number, visit.language, now=now))
        return visit.page(
            "meetings.html", head=shown.head, shown=shown, words=words, said=public_words, errors={}
        )

    @get("/{meeting_id:str}/door", sync_to_thread=True)
    def door(self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str]) -> Response[str]:
        """The list for whoever stands at the door; it says who comes, never who needs what."""
        actor, now = planner(visit), visit.kaasa.clock.now()
        head, it = reading(
            visit, lambda s: meetings_of_case.one(s, actor, number, meeting_id, visit.language, now=now)
        )
        shown = reading(visit, lambda s: meetings_of_case.read(s, actor, number, visit.language, now=now))
        return visit.page(
            "meeting_door.html",
            head=head,
            it=it,
            by_kind=shown.by_kind,
            words=words,
            said=public_words,
            errors={},
        )

    @get("/{meeting_id:str}", sync_to_thread=True)
    def one(self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str]) -> Response[str]:
        return _one(visit, number, meeting_id)

    @post("/{meeting_id:str}/move", sync_to_thread=True, status_code=303)
    def move(
        self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, kaasa = planner(visit), visit.kaasa
        wanted = Move(**{name: form.text(name) for name in FIELDS})
        try:
            changed = writing(
                visit,
                lambda s: meeting_keeping.move(
                    s, actor, number, meeting_id, wanted, runtime=kaasa.runtime, office=kaasa.post_office,
                    now=kaasa.clock.now(),
                ),
            )  # fmt: skip
        except Refused as refused:
            return _one(visit, number, meeting_id, form.values(), problems(refused), status=422)
        done = "meeting_moved" if changed else "nothing_new"
        return visit.redirect(f"/cases/{number}/meetings/{meeting_id}", done=done)

    @post("/{meeting_id:str}/cancel", sync_to_thread=True, status_code=303)
    def cancel(
        self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, kaasa = planner(visit), visit.kaasa
        try:
            writing(
                visit,
                lambda s: meeting_keeping.cancel(
                    s, actor, number, meeting_id, form.text("cancel_reason"), runtime=kaasa.runtime,
                    office=kaasa.post_office, now=kaasa.clock.now(),
                ),
            )  # fmt: skip
        except Refused as refused:
            return _one(visit, number, meeting_id, form.values(), problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/meetings", done="meeting_called_off")


def _one(
    visit: PageVisit,
    number: str,
    meeting_id: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor, now = planner(visit), visit.kaasa.clock.now()
    head, it = reading(
        visit, lambda s: meetings_of_case.one(s, actor, number, meeting_id, visit.language, now=now)
    )
    known = {
        "starts_at": iso(it.starts_at),
        "ends_at": iso(it.ends_at),
        "place": it.place,
        "access": it.access,
        "url": it.url,
        "reason": "",
        "cancel_reason": "",
    }
    return visit.page(
        "meeting.html",
        status=status,
        head=head,
        it=it,
        values={**known, **(values or {})},
        words=words,
        said=public_words,
        errors=errors or {},
    )
