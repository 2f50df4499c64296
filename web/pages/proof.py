"""The proof pack of a case: what it holds, and the file itself."""

import tempfile
from collections.abc import Iterator
from typing import IO

from litestar import Controller, Response, get
from litestar.params import FromPath
from litestar.response import Stream

from processes.actions import planner_case, proof_pack, summary_reading
from processes.actions.proof_pack import Pack
from web import proof_files
from web import proof_words as words
from web.case_room import planner, reading
from web.summary_document import document_of
from web.summary_pdf import pdf
from web.summary_sheet import sheet_of
from web.visit import PageVisit, Visit

AT_ONCE = 1 << 16
IN_MEMORY = 16 << 20


class ProofPage(Controller):
    """`/{lang}/cases/{number}/proof` and `/proof.zip`."""

    path = "/cases/{number:str}"

    @get("/proof", sync_to_thread=True)
    def show(self, visit: Visit, number: FromPath[str]) -> Response[str]:
        actor = planner(visit)
        pack, head = reading(
            visit,
            lambda s: (
                proof_pack.read(s, actor, number),
                planner_case.head(s, actor, planner_case.find(s, actor, number), visit.language),
            ),
        )
        return visit.page(
            "proof.html", head=head, pack=pack, words=words, size=sum(it.size for it in pack.files), errors={}
        )

    @get("/proof.zip", sync_to_thread=True)
    def pack(self, visit: Visit, number: FromPath[str]) -> Stream:
        """The pack in the reader's language; written to a file first, so that a large case takes no memory."""
        actor, store = planner(visit), visit.kaasa.store
        pack = reading(visit, lambda s: proof_pack.read(s, actor, number))
        target = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  closed when it is sent
        proof_files.write(
            pack, target, lambda it: proof_pack.content(it, store, pack.municipality_id), _summaries(visit, pack)
        )  # fmt: skip
        target.seek(0)
        name = f"{number}-{visit.language}.zip"
        return Stream(
            _parts(target),
            media_type="application/zip",
            headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
        )


def _summaries(visit: PageVisit, pack: Pack) -> list[tuple[str, bytes]]:
    """Each frozen page as people were given it."""
    actor = planner(visit)
    made = []
    for at, summary_id in enumerate(pack.summaries, 1):
        with visit.kaasa.database.session() as session:
            view = summary_reading.read(session, actor, summary_id, visit.language, now=pack.as_of)
        address = f"{visit.kaasa.settings.url()}{visit.url(f'/summary/{view.id}')}"
        made.append((f"summaries/{at:02d}.pdf", pdf(document_of(view, sheet_of(view.content), address))))
    return made


def _parts(target: IO[bytes]) -> Iterator[bytes]:
    with target:
        while part := target.read(AT_ONCE):
            yield part
