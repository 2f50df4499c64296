"""An association's own round: its page behind the personal link, and its members' page behind the link it gives them."""

from collections.abc import Callable
from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import inner_drafts, inner_rounds
from processes.actions.giving import check_key
from processes.actions.invitation_answer import Answer
from processes.errors import NotYet, Refused, TooLate
from web import assess_words
from web.case_room import reading, writing
from web.forms import Form
from web.i18n import gettext as _
from web.public_forms import gate_sentence, key_of, new_key, too_late
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit


class InnerRoundPage(Controller):
    """`/{lang}/i/{token}/round`."""

    path = "/i/{token:str}/round"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _round(visit, token)

    @post(sync_to_thread=True, status_code=303)
    def begin(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, typed = visit.kaasa, {it: form.text(it) for it in ("question", "closes_on")}

        def deed(session: Any) -> None:
            inner_rounds.begin(
                session, kaasa.municipality_id, token, typed["question"], typed["closes_on"], links=kaasa.links,
                now=kaasa.clock.now(),
            )  # fmt: skip

        return _done(visit, token, deed, "round_opened", typed)

    @post("/renew", sync_to_thread=True, status_code=303)
    def renew(self, visit: Visit, token: FromPath[str]) -> Response[str] | Redirect:
        kaasa = visit.kaasa
        return _done(
            visit, token, lambda s: inner_rounds.renew(s, kaasa.municipality_id, token, links=kaasa.links),
            "round_link_renewed",
        )  # fmt: skip

    @post("/members", sync_to_thread=True, status_code=303)
    def members(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Send the members' link to addresses."""
        kaasa, now, addresses = visit.kaasa, visit.kaasa.clock.now(), form.text("addresses")

        def deed(session: Any) -> int:
            post = kaasa.post_office.at(session, kaasa.municipality_id, now=now)
            return inner_rounds.ask_members(
                session, kaasa.municipality_id, token, addresses, links=kaasa.links, post=post
            )

        return _done(visit, token, deed, "members_asked", {"addresses": addresses})

    @post("/use", sync_to_thread=True, status_code=303)
    def use(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, draft, what = visit.kaasa, form.text("draft"), form.text("use")
        return _done(
            visit,
            token,
            lambda s: inner_rounds.use(s, kaasa.municipality_id, token, draft, what, links=kaasa.links),
            "inner_draft_used",
        )

    @post("/release", sync_to_thread=True, status_code=303)
    def release(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Give the one opinion, with the minority's views beside it."""
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        given = Answer(
            key=key_of(form),
            text=form.text("text"),
            late=form.ticked("late"),
            late_reason=form.text("late_reason"),
        )
        typed = {"text": given.text, "late_reason": given.late_reason, "key": given.key}
        try:
            done = writing(
                visit,
                lambda s: inner_rounds.release(
                    s, kaasa.municipality_id, token, given, links=kaasa.links, store=kaasa.store,
                    post=kaasa.post_office.at(s, kaasa.municipality_id, now=now), now=now,
                ),
            )  # fmt: skip
        except Refused as refused:
            return _round(visit, token, typed, problems(refused), status=422)
        except (TooLate, NotYet) as late:
            return _round(visit, token, typed, {"": too_late(late)}, status=409)
        return visit.redirect(f"/i/{token}/round", done="round_released", receipt=done.receipt)


class MemberPage(Controller):
    """`/{lang}/m/{token}`: a member drafts; whoever sent a draft comes back to it by its own address."""

    path = "/m/{token:str}"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _member(visit, token, "", {"key": new_key()})

    @get("/{key:str}", sync_to_thread=True)
    def mine(self, visit: Visit, token: FromPath[str], key: FromPath[str]) -> Response[str]:
        return _member(visit, token, key)

    @post(sync_to_thread=True, status_code=303)
    def write(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, key = visit.kaasa, key_of(form)
        typed = {"member": form.text("member"), "text": form.text("text"), "key": key}

        def deed(session: Any) -> None:
            inner_drafts.write(
                session, kaasa.municipality_id, token, check_key(key), typed["member"], typed["text"], links=kaasa.links,
                now=kaasa.clock.now(),
            )  # fmt: skip

        try:
            writing(visit, deed)
        except Refused as refused:
            return _member(visit, token, "", typed, problems(refused), status=422)
        except TooLate:
            return _member(visit, token, "", typed, {"": sentence("round_closed")}, status=409)
        return visit.redirect(f"/m/{token}/{key}", done="inner_draft_kept")


def _done(
    visit: PageVisit,
    token: str,
    deed: Callable[[Any], int | None],
    done: str,
    typed: dict[str, str] | None = None,
) -> Response[str] | Redirect:
    try:
        count = writing(visit, deed)
    except Refused as refused:
        return _round(visit, token, typed, problems(refused), status=422)
    except TooLate:
        return _round(visit, token, typed, {"": sentence("round_closed")}, status=409)
    return visit.redirect(f"/i/{token}/round", done=done, count=count or 0)


def _round(
    visit: PageVisit, token: str, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None, *,
    status: int = 200,
) -> Response[str]:  # fmt: skip
    kaasa = visit.kaasa
    it = reading(
        visit,
        lambda s: inner_rounds.see(
            s, kaasa.municipality_id, token, visit.language, links=kaasa.links, now=kaasa.clock.now()
        ),
    )
    values = {
        "question": it.question,
        "closes_on": it.closes_at.date().isoformat() if it.closes_at else "",
        "text": it.composed,
        "late_reason": "",
        "addresses": "",
        "key": new_key(),
        **(typed or {}),
    }
    return visit.page(
        "inner_round.html",
        status=status,
        it=it,
        token=token,
        link=f"{kaasa.settings.url().rstrip('/')}{visit.url('/m/' + it.link)}" if it.link else "",
        gate_sentence=gate_sentence(it.gate),
        values=values,
        uses=[(code, _(assess_words.USES[code])) for code in inner_rounds.USES],
        words=assess_words,
        errors=errors or {},
    )


def _member(
    visit: PageVisit, token: str, key: str, typed: dict[str, str] | None = None, errors: dict[str, str] | None = None, *,
    status: int = 200,
) -> Response[str]:  # fmt: skip
    kaasa = visit.kaasa
    it = reading(
        visit,
        lambda s: inner_drafts.asked(
            s, kaasa.municipality_id, token, visit.language, links=kaasa.links, now=kaasa.clock.now(), key=key
        ),
    )
    values = {"member": it.member, "text": it.text, "key": key, **(typed or {})}
    return visit.page(
        "inner_draft.html",
        status=status,
        it=it,
        token=token,
        key=key,
        values=values,
        words=assess_words,
        errors=errors or {},
    )
