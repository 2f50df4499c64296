"""The points of opinions: one opinion split beside its words, and every point of a case in one list."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from processes.actions import advising, beside_opinion, points, points_of_case, points_view
from processes.actions.beside_opinion import CopyChanged
from processes.actions.points import PointChanged, PointForm
from processes.actions.points_of_case import SHOWN, Wanted
from processes.database import new_id
from processes.errors import Refused, TooLate
from processes.item import ADVICE, STANCES
from processes.response import OUTCOMES
from web import assess_words, public_words
from web import room_words as words
from web.case_room import address, more, planner, reading, today, writing
from web.forms import Form, SentForm
from web.i18n import LANGUAGES
from web.i18n import gettext as _
from web.public_forms import page_number
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit

FIELDS = ("text", "theme", "stance", "assignee", "due_on", "outcome", "position")


class PointsPage(Controller):
    """`/{lang}/cases/{number}/points`."""

    path = "/cases/{number:str}/points"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, number: FromPath[str], show: FromQuery[str] = "", theme: FromQuery[str] = "",
        stance: FromQuery[str] = "", assignee: FromQuery[str] = "", page: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        actor, place = planner(visit), page_number(page)
        show = show if show in SHOWN else ""
        wanted = Wanted(show, theme, stance, assignee)
        shown = reading(
            visit,
            lambda s: points_of_case.read(
                s, actor, number, visit.language, wanted, today=today(visit), page=place
            ),
        )
        path, kept = f"/cases/{number}/points", {"theme": theme, "stance": stance, "assignee": assignee}
        return visit.page(
            "points.html",
            head=shown.head,
            shown=shown,
            wanted=wanted,
            filters=[
                (
                    _(assess_words.POINTS[it]),
                    shown.counts[it],
                    address(visit, path, show=it, **kept),
                    it == show,
                )
                for it in ("", *SHOWN[:-1])
            ],
            themes=[("", _("All")), *((name, f"{name} ({count})") for name, count in shown.themes)],
            stances=[("", _("All")), *((it, _(assess_words.STANCES[it])) for it in STANCES)],
            people=[("", _("All")), ("none", _("nobody's")), *shown.people],
            more=more(visit, path, show=show, **kept),
            today=today(visit),
            words=assess_words,
            said=public_words,
            errors={},
        )


class OpinionPointsPage(Controller):
    """`/{lang}/cases/{number}/opinions/{opinion}/points`."""

    path = "/cases/{number:str}/opinions/{feedback_id:str}/points"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str]) -> Response[str]:
        return _page(visit, number, feedback_id)

    @post("/copy", sync_to_thread=True, status_code=303)
    def copy(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, now, seen = planner(visit), visit.kaasa.clock.now(), _number(form.text("seen"))
        typed = {"copy": form.text("copy"), "copy_seen": str(seen)}

        def deed(session: Any) -> str:
            return beside_opinion.save_copy(
                session, actor, number, feedback_id, typed["copy"], seen=seen, now=now
            )

        try:
            writing(visit, deed)
        except Refused as refused:
            return _page(visit, number, feedback_id, typed, problems(refused), status=422)
        except CopyChanged as other:
            typed["copy_seen"] = str(other.params["revision"])
            told = {"copy": sentence("copy_changed", {"by": other.params["by"]})}
            return _page(visit, number, feedback_id, typed, told, copy_now=other.params["text"], status=409)
        return visit.redirect(f"/cases/{number}/opinions/{feedback_id}/points", done="copy_saved")

    @post("/note", sync_to_thread=True, status_code=303)
    def note(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor, now = planner(visit), visit.kaasa.clock.now()
        if form.text("remove"):

            def taken(session: Any) -> str:
                return beside_opinion.take_back_note(session, actor, number, feedback_id, form.text("remove"))

            return _done(visit, number, feedback_id, form, taken, "note_removed")

        def deed(session: Any) -> str:
            return beside_opinion.note(
                session, actor, number, feedback_id, form.text("note"), key=form.text("key"), now=now
            )

        return _done(visit, number, feedback_id, form, deed, "note_saved")

    @post("/{item_id:str}", sync_to_thread=True, status_code=303)
    def save(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], item_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:  # fmt: skip
        """Keep a point; whoever else changed it meanwhile is shown, and nothing of either is lost."""
        actor, now = planner(visit), visit.kaasa.clock.now()
        made = PointForm(**{it: form.text(it) for it in FIELDS}, seen=_number(form.text("seen")))
        typed = {**{it: form.text(it) for it in FIELDS}, "seen": form.text("seen"), "of": item_id}
        try:
            writing(visit, lambda s: points.save(s, actor, number, feedback_id, item_id, made, now=now))
        except Refused as refused:
            return _page(visit, number, feedback_id, typed, problems(refused), status=422)
        except PointChanged as other:
            typed["seen"] = str(other.params["theirs"].revision)  # type: ignore[attr-defined]
            told = {"text": sentence("point_changed", {"by": other.params["by"]})}
            return _page(visit, number, feedback_id, typed, told, theirs=other.params["theirs"], status=409)
        return visit.redirect(f"/cases/{number}/opinions/{feedback_id}/points", done="point_saved")

    @post("/{item_id:str}/remove", sync_to_thread=True, status_code=303)
    def remove(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], item_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:  # fmt: skip
        actor, seen = planner(visit), _number(form.text("seen"))
        try:
            writing(visit, lambda s: points.remove(s, actor, number, feedback_id, item_id, seen=seen))
        except TooLate:
            return _page(visit, number, feedback_id, errors={"": sentence("point_in_use")}, status=409)
        except PointChanged as other:
            told = {"": sentence("point_changed", {"by": other.params["by"]})}
            return _page(visit, number, feedback_id, errors=told, status=409)
        return visit.redirect(f"/cases/{number}/opinions/{feedback_id}/points", done="point_removed")

    @post("/{item_id:str}/ask", sync_to_thread=True, status_code=303)
    def ask(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], item_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:  # fmt: skip
        """Ask a colleague or an office what they advise."""
        actor, kaasa = planner(visit), visit.kaasa
        asked = {it: form.text(it) for it in ("adviser", "office", "email", "language", "question", "due_on")}
        asked["language"] = asked["language"] or "et"

        def deed(session: Any) -> str:
            told = advising.ask(
                session, actor, number, feedback_id, item_id, key=form.text("key"), **asked, links=kaasa.links,
                mail=kaasa.post_office, now=kaasa.clock.now(),
            )  # fmt: skip
            return "advice_asked" if told else "advice_by_link"

        return _done(visit, number, feedback_id, form, deed, "", {**asked, "asked": item_id, "of": ""})

    @post("/advice/{advice_id:str}", sync_to_thread=True, status_code=303)
    def advise(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], advice_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:  # fmt: skip
        """A colleague's advice, or an office's that came another way."""
        actor, now = planner(visit), visit.kaasa.clock.now()

        def deed(session: Any) -> None:
            advising.give(session, actor, number, advice_id, form.text("advice"), form.text("said"), now=now)

        typed = {"advice": form.text("advice"), "said": form.text("said"), "advising": advice_id}
        return _done(visit, number, feedback_id, form, deed, "advice_given", typed)


def _done(
    visit: PageVisit, number: str, feedback_id: str, form: SentForm, deed: Callable[[Any], object],
    done: str, typed: dict[str, str] | None = None,
) -> Response[str] | Redirect:  # fmt: skip
    """Do a deed beside an opinion and come back to it; without a `done`, the deed says what was done."""
    try:
        told = writing(visit, deed)
    except Refused as refused:
        return _page(visit, number, feedback_id, typed or form.values(), problems(refused), status=422)
    return visit.redirect(f"/cases/{number}/opinions/{feedback_id}/points", done=done or str(told))


def _page(
    visit: PageVisit,
    number: str,
    feedback_id: str,
    typed: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    theirs: Any = None,
    copy_now: Any = None,
    status: int = 200,
) -> Response[str]:
    actor, kaasa = planner(visit), visit.kaasa
    it = reading(
        visit, lambda s: points_view.read(s, actor, number, feedback_id, visit.language, links=kaasa.links)
    )
    values = typed or {}
    return visit.page(
        "opinion_points.html",
        status=status,
        head=it.head,
        it=it,
        me=actor.person_id,
        values=values,
        of=values.get("of", ""),
        theirs=theirs,
        copy_now=copy_now,
        new=values["of"]
        if values.get("of") and values["of"] not in {row.id for row in it.points}
        else new_id(),
        keys=[new_id() for _row in range(len(it.points) + 1)],
        base_url=visit.kaasa.settings.url().rstrip("/"),
        stances=[("", "–"), *((code, _(assess_words.STANCES[code])) for code in STANCES)],
        outcomes=[("", _("not decided yet")), *((code, _(public_words.OUTCOMES[code])) for code in OUTCOMES)],
        people=[("", "–"), *it.people],
        tongues=list(LANGUAGES.items()),
        advice=[(code, _(assess_words.ADVICE[code])) for code in ADVICE],
        words=words,
        assess=assess_words,
        said=public_words,
        errors=errors or {},
    )


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
