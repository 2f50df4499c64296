"""The meetings of a case: who comes and from where they said so, who sits where, moving or calling one off, the door."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from processes.actions import attending, inbound_proposal, meeting_keeping, meetings_of_case
from processes.actions.meeting_keeping import Move
from processes.actions.meetings_of_case import OneMeeting
from processes.attendance import Asked
from processes.errors import NotAllowed, NotFound, Refused
from web import meeting_sheets, public_words
from web import room_words as words
from web.case_room import more, planner, reading, writing
from web.dates import iso
from web.forms import Form
from web.public_forms import page_number
from web.sending import attachment
from web.sentences import problems
from web.visit import PageVisit, Visit
from web.wording import attendance as speak
from web.wording import mail as mail_words

PAGE = 50
"""How many lines of a list a screen shows at a time; what is printed or kept as a file is whole."""
FIELDS = ("starts_at", "ends_at", "place", "access", "url", "reason")


class MeetingsPage(Controller):
    """`/{lang}/cases/{number}/meetings`."""

    path = "/cases/{number:str}/meetings"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        actor, now = planner(visit), visit.kaasa.clock.now()
        shown = reading(visit, lambda s: meetings_of_case.read(s, actor, number, visit.language, now=now))
        asked = reading(visit, lambda s: inbound_proposal.of_case(s, actor, number, now=now))
        return visit.page(
            "meetings.html",
            head=shown.head,
            shown=shown,
            asked=asked,
            words=words,
            said=public_words,
            errors={},
        )

    @get("/{meeting_id:str}/door", sync_to_thread=True)
    def door(
        self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str], page: FromQuery[str] = "",
        whole: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        """The list for whoever stands at the door: who comes, and what the door must know; never who needs what.

        It is whole where it is to be printed (`?whole=1`), else a page at a time.
        """
        found = _found(visit, number, meeting_id)
        coming = [it for it in found.guests if it.answer != "declined"]
        shown = Shown(coming, 1, 1) if whole == "1" else _some(coming, page_number(page))
        at = f"/cases/{number}/meetings/{meeting_id}/door"
        return visit.page(
            "meeting_door.html", head=found.head, found=found, it=found.it, words=words, said=public_words,
            speak=speak, shown=shown, more=more(visit, at), whole=whole == "1", errors={},
        )  # fmt: skip

    @get("/{meeting_id:str}/sheet/{part:str}", sync_to_thread=True)
    def sheet(
        self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str], part: FromPath[str]
    ) -> Response[bytes]:
        """The same as a file: `answers.csv`, `counts.csv`, `door.csv`, `seating.csv`, or everything in `all.xlsx`."""
        found = _found(visit, number, meeting_id)
        made = meeting_sheets.file(found, part, now=visit.kaasa.clock.now())
        if made is None:
            raise NotFound
        return attachment(*made)

    @get("/{meeting_id:str}", sync_to_thread=True)
    def one(
        self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str],
        starts_at: FromQuery[str] = "", ends_at: FromQuery[str] = "", mail: FromQuery[str] = "",
        q: FromQuery[str] = "", page: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        """The meeting; a time from a proposal is filled in where it is moved, and nothing is changed by it."""
        proposed = {"starts_at": starts_at, "ends_at": ends_at, "mail": mail}
        typed = {name: value for name, value in proposed.items() if value}
        return _one(visit, number, meeting_id, typed, q=q, page=page_number(page))

    @post("/{meeting_id:str}/note", sync_to_thread=True, status_code=303)
    def note(
        self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        """An answer that came by telephone, by letter or across the table."""
        actor, kaasa, now = planner(visit), visit.kaasa, visit.kaasa.clock.now()
        who, answer, channel = (form.text(name) for name in ("who", "answer", "channel"))
        try:
            writing(
                visit,
                lambda s: attending.note(
                    s, actor, number, meeting_id, who, answer, channel, office=kaasa.post_office, now=now
                ),
            )
        except Refused as refused:
            return _one(visit, number, meeting_id, form.values(), problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/meetings/{meeting_id}", done="attendance_noted")

    @get("/{meeting_id:str}/seating", sync_to_thread=True)
    def seating(
        self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str], page: FromQuery[str] = "",
        whole: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        return _seating(visit, number, meeting_id, page=0 if whole == "1" else page_number(page))

    @post("/{meeting_id:str}/seating", sync_to_thread=True, status_code=303)
    def seat(
        self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, sent = planner(visit), form.values()
        page = page_number(form.text("page"))
        places = {
            name.removeprefix("seat-"): (value, sent.get(f"note-{name.removeprefix('seat-')}", ""))
            for name, value in sent.items()
            if name.startswith("seat-")
        }
        try:
            writing(visit, lambda s: attending.seat(s, actor, number, meeting_id, places))
        except Refused as refused:
            return _seating(visit, number, meeting_id, sent, problems(refused), page=page, status=422)
        at = f"/cases/{number}/meetings/{meeting_id}/seating{f'?page={page}' if page > 1 else ''}"
        return visit.redirect(at, done="seating_kept")

    @post("/{meeting_id:str}/move", sync_to_thread=True, status_code=303)
    def move(
        self, visit: Visit, number: FromPath[str], meeting_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, kaasa = planner(visit), visit.kaasa
        wanted = Move(**{name: form.text(name) for name in FIELDS})
        now, mail = kaasa.clock.now(), form.text("mail")

        def deed(session: Any) -> bool:
            changed = meeting_keeping.move(
                session, actor, number, meeting_id, wanted, runtime=kaasa.runtime, office=kaasa.post_office, now=now
            )  # fmt: skip
            if changed:
                inbound_proposal.moved(session, actor, mail, meeting_id, now=now)
            return changed

        try:
            changed = writing(visit, deed)
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


@dataclass(frozen=True)
class Shown:
    """The lines of a list that are shown, and which page of how many it is."""

    lines: Sequence[Any]
    page: int
    pages: int


def _some(lines: Sequence[Any], page: int) -> Shown:
    pages = max(1, -(-len(lines) // PAGE))
    page = min(max(page, 1), pages)
    return Shown(lines[(page - 1) * PAGE : page * PAGE], page, pages)


def _named(guests: Sequence[Asked], q: str) -> list[Asked]:
    """Those whose name, or whose delegate, holds what was looked for."""
    wanted = q.strip().casefold()
    return [it for it in guests if wanted in it.name.casefold() or wanted in it.delegate.casefold()]


def _found(visit: PageVisit, number: str, meeting_id: str) -> OneMeeting:
    actor, now = planner(visit), visit.kaasa.clock.now()
    return reading(
        visit, lambda s: meetings_of_case.one(s, actor, number, meeting_id, visit.language, now=now)
    )


def _one(
    visit: PageVisit,
    number: str,
    meeting_id: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    q: str = "",
    page: int = 1,
    status: int = 200,
) -> Response[str]:
    found, actor, now = _found(visit, number, meeting_id), planner(visit), visit.kaasa.clock.now()
    asked = reading(visit, lambda s: inbound_proposal.of_case(s, actor, number, now=now))
    it = found.it
    shown = _some(_named(found.guests, q), page)
    # A refused note keeps whom it was about, whatever page of the list is shown.
    about = (values or {}).get("who", "")
    people = [one for one in found.guests if one.key == about and one not in shown.lines]
    known = {
        "starts_at": iso(it.starts_at),
        "ends_at": iso(it.ends_at),
        "place": it.place,
        "access": it.access,
        "url": it.url,
        "reason": "",
        "cancel_reason": "",
        "mail": "",
    }
    return visit.page(
        "meeting.html",
        status=status,
        head=found.head,
        found=found,
        it=it,
        asked=[proposal for proposal in asked if proposal.meeting_id == it.id],
        values={**known, **(values or {})},
        shown=shown,
        people=[(one.key, one.name) for one in (*people, *shown.lines)],
        q=q[:100].strip(),
        more=more(visit, f"/cases/{number}/meetings/{meeting_id}", q=q[:100].strip()),
        told=attending.TOLD,
        words=words,
        said=public_words,
        speak=speak,
        outcomes=mail_words.OUTCOMES,
        errors=errors or {},
    )


def _seating(
    visit: PageVisit,
    number: str,
    meeting_id: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    page: int = 1,
    status: int = 200,
) -> Response[str]:
    """Who sits where; page 0 is the whole of it, to be printed. Errors: NotAllowed for anyone but the case's planner: places tell of needs."""
    found = _found(visit, number, meeting_id)
    if found.seating is None:
        raise NotAllowed
    places = [("hall", it) for it in found.seating.hall] + [("link", it) for it in found.seating.link]
    shown = Shown(places, 1, 1) if page == 0 else _some(places, page)
    return visit.page(
        "meeting_seating.html",
        status=status,
        head=found.head,
        found=found,
        it=found.it,
        seated=found.seating,
        shown=shown,
        rows={where: [seat for at, seat in shown.lines if at == where] for where in ("hall", "link")},
        more=more(visit, f"/cases/{number}/meetings/{meeting_id}/seating"),
        values=values or {},
        words=words,
        said=public_words,
        speak=speak,
        errors=errors or {},
    )
