"""The public page of a case: the plain box, its days, documents, opinions and answers, steps and drawing."""

from litestar import Controller, Response, get
from litestar.params import FromPath

from processes.actions import public_case
from processes.actions.public_progress import Step
from processes.actions.public_story import Happening
from web import dates, public_words, summary_words
from web.public_forms import gate_sentence, page_number
from web.sending import attachment
from web.visit import Visit


class CasePage(Controller):
    """`/{lang}/case/{number}` and what hangs on it."""

    path = "/case/{number:str}"

    @get(sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        kaasa = visit.kaasa
        now = kaasa.clock.now()
        with kaasa.database.session() as session:
            case = public_case.case_view(
                session,
                kaasa.municipality_id,
                number,
                visit.language,
                runtime=kaasa.runtime,
                now=now,
                page=page_number(visit.request.query_params.get("page", "")),
            )
        coming = [it for it in case.story if it.at > now]
        past = [it for it in case.story if it.at <= now]
        return visit.page(
            "case.html",
            block="opinions" if visit.fragment else None,
            case=case,
            words=public_words,
            stances=summary_words,
            gate_sentence=gate_sentence(case.gate),
            coming=[_told(it) for it in coming],
            past=[_told(it) for it in reversed(past)],
            stages=_stages(case),
            steps=[_step(it) for it in case.progress.steps],
            marks=case.progress.marks.get("current", ()),
            minutes=[
                (public_words.word(public_words.MEETINGS, it.kind), it.held_on, it.text)
                for it in case.minutes
            ],
            outcomes=[(public_words.outcome_word(code), n) for code, n in case.opinions.outcomes],
        )

    @get("/easy", sync_to_thread=True)
    def easy(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            case = public_case.easy_view(session, kaasa.municipality_id, number, now=kaasa.clock.now())
        return visit.page("easy.html", case=case)

    @get("/diagram.bpmn", sync_to_thread=True)
    def diagram(self, visit: Visit, number: FromPath[str]) -> Response[bytes]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            drawing = public_case.drawing(session, kaasa.municipality_id, number, runtime=kaasa.runtime)
        return attachment(drawing.encode(), "application/xml", f"{number}.bpmn")

    @get("/document/{document_id:str}", sync_to_thread=True)
    def document(self, visit: Visit, number: FromPath[str], document_id: FromPath[str]) -> Response[bytes]:
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            found = public_case.download(
                session, kaasa.municipality_id, number, document_id, store=kaasa.store
            )
        return attachment(found.content, found.media_type, found.filename)

    @get("/copy/{copy_id:str}", sync_to_thread=True)
    def copy(self, visit: Visit, number: FromPath[str], copy_id: FromPath[str]) -> Response[bytes]:
        """A file of an opinion, as the pictures of its pages that officials let out."""
        kaasa = visit.kaasa
        with kaasa.database.session() as session:
            found = public_case.drawn(session, kaasa.municipality_id, number, copy_id, store=kaasa.store)
        return attachment(found.content, found.media_type, found.filename)


def _told(happening: Happening) -> dict[str, str]:
    return {
        "when": public_words.when(happening),
        "at": dates.iso(happening.at),
        "title": public_words.title(happening),
        "detail": public_words.detail(happening),
        "kind": happening.kind,
        "document": str(happening.params.get("document", "")),
    }


def _stages(case: public_case.CaseView) -> list[dict[str, str]]:
    found = []
    for stage in case.progress.stages:
        name = public_words.word(public_words.STAGES, stage.code)
        found.append(
            {
                "name": name,
                "short": public_words.word(public_words.STAGES | public_words.SHORT_STAGES, stage.code),
                "state": stage.state,
                "when": dates.short_day(stage.done_at) if stage.done_at else "",
            }
        )
    return found


def _step(step: Step) -> dict[str, object]:
    when = dates.short_day(step.done_at) if step.done_at else ""
    return {"name": step.name, "state": step.state, "inside": step.inside, "when": when}
