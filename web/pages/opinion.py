"""A resident's opinion: the form, the receipt, and the author's own link."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import opinion as opinions
from processes.actions import opinion_link, public_case
from processes.actions.giving import MAX_FILES
from processes.actions.opinion import Opinion
from processes.actions.opinion_link import Change, Mine
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
from web.visit import Visit

FIELDS = ("text", "author", "name", "email", "late_reason")


class OpinionPage(Controller):
    """`/{lang}/case/{number}/opinion` and the receipt after it."""

    path = "/case/{number:str}"

    @get("/opinion", sync_to_thread=True)
    def ask(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        return _form(visit, number, new_key(), {"author": "person"})

    @post("/opinion", sync_to_thread=True, status_code=303)
    def give(self, visit: Visit, number: FromPath[str], form: Form) -> Response[str] | Redirect:
        """Take it and show its number; on a refusal the same page, with everything that was typed."""
        kaasa, files = visit.kaasa, files_of(form)
        typed = {name: form.text(name) for name in FIELDS}
        given = Opinion(
            key=key_of(form),
            may_publish=form.ticked("may_publish"),
            late=form.ticked("late"),
            language=visit.language,
            pointed=anchor_form.pointed(form),
            **typed,
        )
        values: dict[str, Any] = {**typed, **anchor_form.typed(form), "may_publish": given.may_publish}
        now = kaasa.clock.now()
        try:
            receipt = kaasa.database.transaction(
                lambda s: opinions.give(
                    s,
                    kaasa.municipality_id,
                    number,
                    given,
                    files,
                    links=kaasa.links,
                    store=kaasa.store,
                    post=kaasa.post_office.at(s, kaasa.municipality_id, now=now),
                    now=now,
                )
            )
        except Refused as refused:
            return _form(
                visit, number, given.key, values, sentences(refused), had_files=bool(files), status=422
            )
        except (TooLate, NotYet) as late:
            told = {"": too_late(late)}
            return _form(visit, number, given.key, values, told, had_files=bool(files), status=409)
        return visit.redirect(f"/case/{number}/receipt/{receipt.key}")

    @get("/receipt/{key:str}", sync_to_thread=True)
    def receipt(self, visit: Visit, number: FromPath[str], key: FromPath[str]) -> Response[str]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            found = opinions.receipt(
                session,
                kaasa.municipality_id,
                number,
                key,
                visit.language,
                links=kaasa.links,
                now=kaasa.clock.now(),
            )
        return visit.page("receipt.html", receipt=found)


class OpinionLinkPage(Controller):
    """`/{lang}/confirm/{token}`: the author's link. Opening it changes nothing; mail scanners open links too."""

    path = "/confirm/{token:str}"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _mine(visit, token)

    @post(sync_to_thread=True, status_code=303)
    def confirm(self, visit: Visit, token: FromPath[str]) -> Response[str] | Redirect:
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        try:
            mine = kaasa.database.transaction(
                lambda s: opinion_link.confirm(
                    s,
                    kaasa.municipality_id,
                    token,
                    visit.language,
                    links=kaasa.links,
                    post=kaasa.post_office.at(s, kaasa.municipality_id, now=now),
                    now=now,
                )
            )
        except TooLate as late:
            return _mine(visit, token, errors={"": too_late(late)}, status=409)
        done = "opinion_confirmed_late" if mine.state == "late_waiting" else "opinion_confirmed"
        return visit.redirect(f"/confirm/{token}", done=done)

    @post("/change", sync_to_thread=True, status_code=303)
    def change(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, files, now = visit.kaasa, files_of(form), visit.kaasa.clock.now()
        wanted = Change(
            key=key_of(form),
            text=form.text("text"),
            may_publish=form.ticked("may_publish"),
            remove=frozenset(form.all("remove")),
        )
        try:
            kaasa.database.transaction(
                lambda s: opinion_link.change(
                    s,
                    kaasa.municipality_id,
                    token,
                    wanted,
                    files,
                    links=kaasa.links,
                    store=kaasa.store,
                    now=now,
                )
            )
        except Refused as refused:
            return _mine(visit, token, wanted, sentences(refused), had_files=bool(files), status=422)
        except TooLate as late:
            return _mine(visit, token, wanted, {"": too_late(late)}, had_files=bool(files), status=409)
        return visit.redirect(f"/confirm/{token}", done="opinion_changed")

    @post("/hide", sync_to_thread=True, status_code=303)
    def hide(self, visit: Visit, token: FromPath[str]) -> Redirect:
        """Take the consent to publish back, at any time."""
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        kaasa.database.transaction(
            lambda s: opinion_link.hide(s, kaasa.municipality_id, token, links=kaasa.links, now=now)
        )
        return visit.redirect(f"/confirm/{token}", done="opinion_hidden")

    @post("/withdraw", sync_to_thread=True, status_code=303)
    def withdraw(self, visit: Visit, token: FromPath[str]) -> Response[str] | Redirect:
        kaasa, now = visit.kaasa, visit.kaasa.clock.now()
        try:
            kaasa.database.transaction(
                lambda s: opinion_link.withdraw(
                    s,
                    kaasa.municipality_id,
                    token,
                    visit.language,
                    links=kaasa.links,
                    post=kaasa.post_office.at(s, kaasa.municipality_id, now=now),
                    now=now,
                )
            )
        except TooLate as late:
            return _mine(visit, token, errors={"": too_late(late)}, status=409)
        return visit.redirect(f"/confirm/{token}", done="opinion_withdrawn")


def _form(
    visit: Visit,
    number: str,
    key: str,
    values: dict[str, Any],
    errors: dict[str, str] | None = None,
    *,
    had_files: bool = False,
    status: int = 200,
) -> Response[str]:
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        case = public_case.heading(
            session, kaasa.municipality_id, number, visit.language, now=kaasa.clock.now()
        )
        ground = public_case.ground(session, kaasa.municipality_id, number)
    answer = visit.page(
        "opinion.html",
        status=status,
        case=case,
        gate_sentence=gate_sentence(case.gate),
        key=key,
        values=values,
        errors=errors or {},
        had_files=had_files,
        accepted=FILES_ACCEPTED,
        kinds=FILES_NAMED,
        most=MAX_FILES,
        ground=ground,
        drawing=anchor_form.drawn(ground),
    )
    return anchor_form.with_tiles(answer, ground.tiles)


def _mine(
    visit: Visit,
    token: str,
    wanted: Change | None = None,
    errors: dict[str, str] | None = None,
    *,
    had_files: bool = False,
    status: int = 200,
) -> Response[str]:
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        mine: Mine = opinion_link.open_link(
            session, kaasa.municipality_id, token, visit.language, links=kaasa.links, now=kaasa.clock.now()
        )
    return visit.page(
        "opinion_link.html",
        status=status,
        mine=mine,
        state=public_words.word(public_words.STATES, mine.state),
        gate_sentence=gate_sentence(mine.gate),
        token=token,
        key=wanted.key if wanted else new_key(),
        text=wanted.text if wanted else mine.text,
        may_publish=wanted.may_publish if wanted else mine.may_publish,
        removed=wanted.remove if wanted else frozenset(),
        errors=errors or {},
        had_files=had_files,
        accepted=FILES_ACCEPTED,
        kinds=FILES_NAMED,
        most=MAX_FILES,
    )
