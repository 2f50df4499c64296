"""Around a committee's page: a member's remark, an association's wish to speak, and the answer to it."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import summary_hearing, summary_reading
from processes.errors import Refused, TooLate
from web import summary_words
from web.forms import Form
from web.public_forms import key_of, new_key
from web.sentences import problems, sentence
from web.visit import PageVisit, Visit

ANSWERING = ("planner", "committee")
READING = (*ANSWERING, "clerk")


class HearingPage(Controller):
    """`/{lang}/summary/{id}/remarks`: what members and associations say before the session."""

    path = "/summary/{summary_id:str}/remarks"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, summary_id: FromPath[str]) -> Response[str]:
        return _page(visit, summary_id, {"key": new_key()}, {})

    @post(sync_to_thread=True, status_code=303)
    def remark(self, visit: Visit, summary_id: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa, actor = visit.kaasa, visit.official("committee")
        typed = {"text": form.text("text"), "about": form.text("about"), "key": key_of(form)}
        try:
            kaasa.database.transaction(
                lambda s: summary_hearing.remark(
                    s, actor, summary_id, typed["text"], typed["about"], now=kaasa.clock.now(), key=typed["key"]
                )
            )  # fmt: skip
        except Refused as refused:
            return _page(visit, summary_id, typed, problems(refused))
        except TooLate:
            return _page(visit, summary_id, typed, {"text": sentence("session_begun")})
        return visit.redirect(f"/summary/{summary_id}/remarks", done="remark_kept")

    @post("/speaker/{request_id:str}", sync_to_thread=True, status_code=303)
    def answer(
        self, visit: Visit, summary_id: FromPath[str], request_id: FromPath[str], form: Form
    ) -> Response[str] | Redirect:
        kaasa, actor = visit.kaasa, visit.official(*ANSWERING)
        said, words = form.text("said"), form.text("answer")
        try:
            kaasa.database.transaction(
                lambda s: summary_hearing.answer(
                    s, actor, summary_id, request_id, said, words, office=kaasa.post_office,
                    now=kaasa.clock.now(),
                )
            )  # fmt: skip
        except Refused as refused:
            typed = {"said": said, "answer": words, "request": request_id, "key": new_key()}
            return _page(visit, summary_id, typed, problems(refused))
        except TooLate:
            return _page(visit, summary_id, {"key": new_key()}, {"": sentence("session_begun")})
        return visit.redirect(f"/summary/{summary_id}/remarks", done="speaker_answered")


class SpeakPage(Controller):
    """`/{lang}/i/{token}/speak`: an invited organisation asks for the floor."""

    path = "/i/{token:str}/speak"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        return _link(visit, token, {"key": new_key()}, {})

    @post(sync_to_thread=True, status_code=303)
    def ask(self, visit: Visit, token: FromPath[str], form: Form) -> Response[str] | Redirect:
        kaasa = visit.kaasa
        names = ("speaker", "words", "about")
        typed = {name: form.text(name) for name in names} | {"key": key_of(form)}
        try:
            kaasa.database.transaction(
                lambda s: summary_hearing.ask(
                    s, kaasa.municipality_id, token, typed["speaker"], typed["words"], typed["about"],
                    links=kaasa.links, now=kaasa.clock.now(), key=typed["key"],
                )
            )  # fmt: skip
        except Refused as refused:
            return _link(visit, token, typed, problems(refused))
        except TooLate:
            return visit.redirect(f"/i/{token}", done="session_begun")
        return visit.redirect(f"/i/{token}/speak", done="speaking_asked")

    @post("/{request_id:str}/take-back", sync_to_thread=True, status_code=303)
    def take_back(self, visit: Visit, token: FromPath[str], request_id: FromPath[str]) -> Redirect:
        kaasa = visit.kaasa
        try:
            kaasa.database.transaction(
                lambda s: summary_hearing.take_back(
                    s, kaasa.municipality_id, token, request_id, links=kaasa.links, now=kaasa.clock.now()
                )
            )
        except TooLate:
            return visit.redirect(f"/i/{token}", done="session_begun")
        return visit.redirect(f"/i/{token}/speak", done="speaking_taken_back")


def _page(visit: PageVisit, summary_id: str, values: dict[str, str], errors: dict[str, str]) -> Response[str]:
    kaasa, actor, now = visit.kaasa, visit.official(*READING), visit.kaasa.clock.now()
    with kaasa.database.session() as session:
        view = summary_reading.read(session, actor, summary_id, visit.language, now=now)
        hearing = summary_hearing.read(session, actor, summary_id, now=now)
    opinions = view.content.get("opinions", ())
    numbers = {it["feedback_id"]: f"{it['receipt']} · {summary_words.author(it)}" for it in opinions}
    objections = [it["feedback_id"] for it in view.content.get("unresolved", ())]
    return visit.page(
        "summary_remarks.html",
        status=422 if errors else 200,
        view=view,
        hearing=hearing,
        numbers=numbers,
        about=[("", summary_words.whole_page()), *((it, numbers[it]) for it in objections)],
        values=values,
        errors=errors,
        words=summary_words,
    )


def _link(visit: PageVisit, token: str, values: dict[str, str], errors: dict[str, str]) -> Response[str]:
    kaasa = visit.kaasa
    with kaasa.database.session() as session:
        view = summary_hearing.invited(
            session, kaasa.municipality_id, token, visit.language, links=kaasa.links, now=kaasa.clock.now()
        )
    return visit.page(
        "speak.html",
        status=422 if errors else 200,
        token=token,
        view=view,
        about=[("", summary_words.whole_matter()), *view.own],
        values=values,
        errors=errors,
        words=summary_words,
    )
