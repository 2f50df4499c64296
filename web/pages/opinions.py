"""Every opinion of a case: the list, one with all that is known of it, and entering one for its author."""

from collections.abc import Callable
from typing import Annotated, Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, QueryParameter
from litestar.response import Redirect

from processes.actions import late, on_behalf, opinions_of_case, themes
from processes.actions.giving import MAX_FILES
from processes.actions.on_behalf import Entry
from processes.actions.opinions_of_case import STATES, Wanted
from processes.actions.themes import ThemeMoved
from processes.errors import Refused
from processes.feedback import CHANNELS
from processes.response import OUTCOMES
from web import public_words
from web import room_words as words
from web.case_room import address, download, more, planner, reading, today, writing
from web.forms import Form, SentForm
from web.i18n import LANGUAGES
from web.i18n import gettext as _
from web.public_forms import FILES_ACCEPTED, FILES_NAMED, files_of, key_of, new_key, page_number, sentences
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit

State = Annotated[str, QueryParameter(name="state")]
ENTRY = ("channel", "received_on", "author", "invitation", "name", "email", "phone", "address", "language", "text", "late_reason")  # fmt: skip


class OpinionsPage(Controller):
    """`/{lang}/cases/{number}/opinions`."""

    path = "/cases/{number:str}/opinions"

    @get(sync_to_thread=True)
    def show(
        self, visit: Visit, number: FromPath[str], wanted: State = "", channel: FromQuery[str] = "",
        theme: FromQuery[str] = "", outcome: FromQuery[str] = "", q: FromQuery[str] = "", page: FromQuery[str] = "",
    ) -> Response[str]:  # fmt: skip
        actor, narrowed = planner(visit), Wanted(wanted, channel, theme, outcome, q)
        place = page_number(page)
        shown = reading(
            visit, lambda s: opinions_of_case.read(s, actor, number, visit.language, narrowed, page=place)
        )
        path = f"/cases/{number}/opinions"
        kept = {"channel": channel, "theme": theme, "outcome": outcome, "q": q}
        filters = [(_("All"), shown.total, address(visit, path, **kept), wanted not in STATES)]
        filters += [
            (_(words.OPINIONS[it]), shown.counts[it], address(visit, path, state=it, **kept), wanted == it)
            for it in STATES
            if shown.counts[it] or it == wanted
        ]
        return visit.page(
            "opinions.html",
            head=shown.head,
            shown=shown,
            filters=filters,
            wanted=narrowed,
            channels=[
                ("", _("All")),
                *((it, public_words.word(public_words.CHANNELS, it)) for it in CHANNELS),
            ],
            themes=[("", _("All")), *((name, f"{name} ({count})") for name, count in shown.themes)],
            outcomes=[
                ("", _("All")),
                ("none", _("not answered")),
                *((it, public_words.outcome_word(it)) for it in OUTCOMES),
            ],
            more=more(visit, path, state=wanted, **kept),
            words=words,
            said=public_words,
            errors={},
        )

    @get("/record", sync_to_thread=True)
    def ask(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _entry(visit, number, new_key(), {"author": "person", "language": "et"})

    @post("/record", sync_to_thread=True, status_code=303)
    def record(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Keep an opinion that did not come through the web."""
        actor, kaasa, files = planner(visit), visit.kaasa, files_of(form)
        typed = {name: form.text(name) for name in ENTRY}
        entry = Entry(
            key=key_of(form),
            read_back=form.ticked("read_back"),
            may_publish=form.ticked("may_publish"),
            **typed,
        )
        try:
            entered = writing(
                visit,
                lambda s: on_behalf.enter(
                    s, actor, number, entry, files, links=kaasa.links, store=kaasa.store, office=kaasa.post_office,
                    now=kaasa.clock.now(),
                ),
            )  # fmt: skip
        except Refused as refused:
            values: dict[str, Any] = {
                **typed,
                "read_back": entry.read_back,
                "may_publish": entry.may_publish,
            }
            return _entry(
                visit, number, entry.key, values, sentences(refused), had_files=bool(files), status=422
            )
        done = "opinion_entered_late" if entered.late else "opinion_entered"
        if entered.posted and not entered.late:
            done = "opinion_entered_receipt"
        return visit.redirect(f"/cases/{number}/opinions/{entered.id}", done=done, receipt=entered.receipt)

    @get("/{feedback_id:str}", sync_to_thread=True)
    def one(self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str]) -> Response[str]:
        return _one(visit, number, feedback_id)

    @get("/{feedback_id:str}/file/{file_id:str}", sync_to_thread=True)
    def file(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], file_id: FromPath[str]
    ) -> Response[bytes]:
        actor, store = planner(visit), visit.kaasa.store
        name, media_type, content = reading(
            visit,
            lambda s: opinions_of_case.attachment(s, actor, number, feedback_id, file_id, store=store),
        )
        return download(name, media_type, content)

    @post("/{feedback_id:str}/theme", sync_to_thread=True, status_code=303)
    def theme(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor = planner(visit)
        return _done(
            visit, number, feedback_id, form, "theme_set",
            lambda s: themes.set_on(
                s, actor, number, feedback_id, form.text("theme"), seen=form.values().get("theme_seen")
            ),
        )  # fmt: skip

    @post("/{feedback_id:str}/late", sync_to_thread=True, status_code=303)
    def late(
        self, visit: Visit, number: FromPath[str], feedback_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        actor = planner(visit)
        return _done(
            visit, number, feedback_id, form, "late_decided",
            lambda s: late.decide(s, actor, number, feedback_id, form.text("decision"), form.text("reason")),
        )  # fmt: skip


def _done(
    visit: PageVisit, number: str, feedback_id: str, form: SentForm, done: str, deed: Callable[[Any], str]
) -> Response[str] | Redirect:
    """Do a deed about one opinion and come back to it; a refusal shows what was typed."""
    try:
        receipt = writing(visit, deed)
    except Refused as refused:
        return _one(visit, number, feedback_id, form.values(), problems(refused), status=422)
    except ThemeMoved as other:
        theirs = str(other.params["theme"])
        told = {"theme": sentence("theme_moved", {"theme": theirs or "–"})}
        return _one(visit, number, feedback_id, {**form.values(), "theme_seen": theirs}, told, status=409)
    return visit.redirect(f"/cases/{number}/opinions/{feedback_id}", done=done, receipt=receipt)


def _one(
    visit: PageVisit,
    number: str,
    feedback_id: str,
    values: dict[str, str] | None = None,
    errors: dict[str, str] | None = None,
    *,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    it = reading(visit, lambda s: opinions_of_case.one(s, actor, number, feedback_id, visit.language))
    return visit.page(
        "opinion_of_case.html",
        status=status,
        head=it.head,
        it=it,
        late_reason=_late_reason(it.late_reason),
        decisions=[
            ("accept", _("Take it into account")),
            ("record", _("Only record it; it is answered, but does not influence the decision")),
        ],
        values=values or {},
        words=words,
        said=public_words,
        errors=errors or {},
    )


def _late_reason(reason: str) -> str:
    """The reason in words; one code we write ourselves."""
    if reason == "confirmed_after_deadline":
        return _("The author confirmed the e-mail address only after the last day.")
    return reason


def _entry(
    visit: PageVisit,
    number: str,
    key: str,
    values: dict[str, Any],
    errors: dict[str, str] | None = None,
    *,
    had_files: bool = False,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    shown = reading(visit, lambda s: opinions_of_case.read(s, actor, number, visit.language, Wanted()))
    invited = reading(visit, lambda s: on_behalf.organisations(s, actor, number))
    return visit.page(
        "opinion_record.html",
        status=status,
        head=shown.head,
        key=key,
        values=values,
        invited=[("", _("not an invited one")), *invited],
        channels=[(it, public_words.word(public_words.CHANNELS, it)) for it in on_behalf.CHANNELS],
        authors=[(it, _(words.AUTHORS[it])) for it in on_behalf.AUTHORS],
        tongues=list(LANGUAGES.items()),
        today=today(visit),
        accepted=FILES_ACCEPTED,
        kinds=FILES_NAMED,
        most=MAX_FILES,
        had_files=had_files,
        errors=errors or {},
    )
