"""A composed product over the public scene's rows, its clock in hand, for tests of the public pages."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

from litestar.testing import TestClient

from engine.clock import HeldClock
from processes.document import Document
from processes.feedback import Feedback
from processes.response import Response
from tests.processes.public_scene import DURING, HOME, OPENS, PDF, Scene
from tests.web.standing import application, share_secret
from web.compose import compose
from web.settings import Settings

NUMBER = "dp-2027-1"


class House:
    """The product and a browser without script: it fetches a page, and sends the page's own form."""

    def __init__(self, folder: Path) -> None:
        self.clock = HeldClock(DURING)
        share_secret(folder)
        self.kaasa = compose(Settings(folder=folder, base_url="https://kaasa.example"), clock=self.clock)
        self.scene = Scene(self.kaasa.database, folder)
        self.scene.store = self.kaasa.store
        self.scene.links = self.kaasa.links
        with self.scene.write() as session:
            invitation = self.scene.invitation(session)
            invitation.link_digest = self.kaasa.links.digest(self.kaasa.links.of(invitation))
            session.add(invitation)
            self.scene.token = self.kaasa.links.of(invitation)
        self.client = TestClient(application(self.kaasa), base_url="https://kaasa.example")

    def at(self, moment: datetime) -> None:
        self.clock.move_to(moment)

    def get(self, path: str, status: int = 200) -> str:
        answer = self.client.get(path)
        assert answer.status_code == status, (answer.status_code, answer.text[:2000])
        return answer.text

    def send(
        self,
        page: str,
        to: str,
        values: dict[str, Any],
        *,
        files: Any = (),
        key: str | None = None,
        follow: Any = True,
    ) -> Any:
        """Fetch a page, take over the hidden fields of its form, fill in the rest and send it."""
        text = self.get(page)
        hidden = {"_csrf_token": one(r'name="_csrf_token" value="([^"]+)"', text)}
        for name in ("key", "late"):
            if found := re.search(rf'name="{name}" value="([^"]*)"', text):
                hidden[name] = found[1]
        if key is not None:
            hidden["key"] = key
        parts = [("files", file) for file in files] or None
        return self.client.post(to, data={**hidden, **values}, files=parts, follow_redirects=follow)

    def publish_one(self) -> None:
        """A published document, and a published opinion with its answer."""
        with self.scene.write() as session:
            digest = self.kaasa.store.put(HOME, PDF)
            session.add(
                Document(
                    municipality_id=HOME,
                    consultation_id=self.scene.case_id,
                    title="Seletuskiri",
                    kind="explanation",
                    filename="seletuskiri \u201eA\u201c.pdf",
                    media_type="application/pdf",
                    size=len(PDF),
                    digest=digest,
                    added_at=OPENS,
                    published_at=OPENS,
                )
            )
            said = Feedback(
                municipality_id=HOME,
                consultation_id=self.scene.case_id,
                round_id=self.scene.round_id,
                receipt="2027-900",
                submission_key="published" * 3,
                author_name="Salajane Sander",
                author_email="sander@post.example",
                received_at=DURING,
                text="Mina, Salajane Sander, tahan pinki.",
                public_text="Mina tahan pinki.",
                published_at=DURING,
            )
            session.add(said)
            session.flush()
            session.add(
                Response(
                    municipality_id=HOME,
                    feedback_id=said.id,
                    outcome="accepted",
                    reasons="Pink tuleb.",
                    written_by="x",
                    written_at=DURING,
                    sent_at=DURING,
                )
            )


def one(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    assert found, f"{pattern} is not on the page"
    return found[1]


@contextmanager
def house(folder: Path) -> Iterator[House]:
    made = House(folder)
    with made.client:
        yield made
    made.kaasa.close()
