"""Beginning a consultation: the drafts, and the matter of one. Everything else of a draft stands in `web/pages/draft`."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from processes.actions import drafting
from processes.actions.drafting import PARTS, WRITTEN_IN, Matter
from processes.database import new_id
from processes.errors import Refused
from web import launch_words as words
from web.case_room import planner, reading, today, writing
from web.forms import Form, SentForm
from web.i18n import gettext as _
from web.sentences import problems
from web.visit import PageVisit, Visit


class LaunchPage(Controller):
    """`/{lang}/launch`: the drafts, and a new one."""

    path = "/launch"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, kind: FromQuery[str] = "") -> Response[str]:
        """The form of a kind, chosen in the address; the first kind's when none is."""
        planner(visit)
        return _page(visit, _empty(visit, kind))

    @post(sync_to_thread=True, status_code=303)
    def make(self, visit: Visit, form: Form) -> Response[str] | Redirect:
        """Keep a new draft and go on to its dates."""
        actor, now, given = planner(visit), visit.kaasa.clock.now(), _matter(form)
        try:
            number = writing(visit, lambda s: drafting.create(s, actor, given, now=now, key=form.text("key")))
        except Refused as refused:
            return _page(visit, given, key=form.text("key"), errors=problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/plan", done="draft_kept", number=number)


class MatterPage(Controller):
    """`/{lang}/cases/{number}/matter`: the words of a draft."""

    path = "/cases/{number:str}/matter"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        actor = planner(visit)
        return _page(visit, reading(visit, lambda s: drafting.matter(s, actor, number)), number=number)

    @post(sync_to_thread=True, status_code=303)
    def keep(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        actor, now = planner(visit), visit.kaasa.clock.now()
        kind = reading(visit, lambda s: drafting.find(s, actor, number).kind)
        given = _matter(form, kind)
        try:
            writing(visit, lambda s: drafting.change(s, actor, number, given, now=now))
        except Refused as refused:
            return _page(visit, given, number=number, errors=problems(refused), status=422)
        return visit.redirect(f"/cases/{number}/plan", done="draft_kept", number=number)


def _empty(visit: PageVisit, kind: str) -> Matter:
    return Matter(kind=kind, texts={}, application_on=today(visit).isoformat())


def _matter(form: SentForm, kind: str = "") -> Matter:
    return Matter(
        kind=kind or form.text("kind"),
        texts={it: {part: form.text(f"{part}-{it}") for part in PARTS} for it in WRITTEN_IN},
        place=form.text("place"),
        topics=(*form.all("topics"), *form.text("other_topics").splitlines()),
        impacts=tuple(form.all("impacts")),
        applicant=form.text("applicant"),
        application_on=form.text("application_on"),
        decided_by=form.text("decided_by"),
        committee_id=form.text("committee_id"),
    )


def _page(
    visit: PageVisit,
    given: Matter,
    *,
    number: str = "",
    key: str = "",
    errors: dict[str, str] | None = None,
    status: int = 200,
) -> Response[str]:
    actor = planner(visit)
    offer = reading(visit, lambda s: drafting.offer(s, actor, given.kind, visit.language))
    found = reading(visit, lambda s: drafting.drafts(s, actor, visit.language)) if not number else []
    return visit.page(
        "launch.html",
        status=status,
        given=given,
        number=number,
        key=key or new_id(),
        offer=offer,
        drafts=found,
        own=actor.person_id,
        topics=[(it, it) for it in offer.topics],
        impacts=[(it, _(words.IMPACTS[it]) if it in words.IMPACTS else label) for it, label in offer.impacts],
        other_topics="\n".join(it for it in given.topics if it not in offer.topics),
        others=[(it, _(words.LANGUAGES[it])) for it in WRITTEN_IN if it != "et"],
        deciders=offer.asked["decided_by"].options or [(it, _(text)) for it, text in words.DECIDERS.items()]
        if "decided_by" in offer.asked
        else [],
        errors=errors or {},
    )
