"""The demonstration's postbox: every letter that was sent, as its reader would see it.

Shown on this machine alone: letters hold personal links.
"""

from typing import Annotated

from litestar import Controller, Response, get, post
from litestar.params import FromPath, QueryParameter
from litestar.response import Redirect

from processes.actions import postbox
from web.forms import Form
from web.i18n import gettext as _
from web.visit import CSP, Visit
from web.wording import mail as words

PAGE = 25


class PostboxPage(Controller):
    """`/{lang}/postbox`."""

    path = "/postbox"

    @get(sync_to_thread=True)
    def list(self, visit: Visit, page: Annotated[int, QueryParameter(ge=1, le=10000)] = 1) -> Response[str]:
        letters = postbox.letters(visit.kaasa.postbox, local=visit.kaasa.settings.local())
        shown = letters[(page - 1) * PAGE : page * PAGE]
        pages = max(1, -(-len(letters) // PAGE))
        return visit.page("postbox.html", letters=shown, count=len(letters), page=page, pages=pages)

    @get("/{key:str}", sync_to_thread=True)
    def show(self, visit: Visit, key: FromPath[str]) -> Response[str]:
        letter = postbox.open_letter(visit.kaasa.postbox, key, local=visit.kaasa.settings.local())
        return visit.page("postbox_letter.html", letter=letter, key=key, programs=words.PROGRAMS)

    @post("/{key:str}/answer", sync_to_thread=True, status_code=303)
    def answer(self, visit: Visit, key: FromPath[str], form: Form) -> Redirect:
        """Answers the invitation as a calendar program would, by mail that goes the way of all mail."""
        kaasa, program = visit.kaasa, form.text("program")
        raw = postbox.answer(
            kaasa.postbox, key, program, form.text("said"), form.text("comment"), proposes=form.ticked("proposes"),
            local=kaasa.settings.local(), now=kaasa.clock.now(),
        )  # fmt: skip
        taken = kaasa.receiving.keep(raw)
        return visit.redirect(
            f"/postbox/{key}",
            done="mail_answered",
            program=words.PROGRAMS[program],
            outcome=_(words.OUTCOMES[taken.outcome]),
        )

    @get("/{key:str}/body", sync_to_thread=True)
    def body(self, visit: Visit, key: FromPath[str]) -> Response[str]:
        """The letter's own HTML, for a frame in which nothing runs and nothing is fetched."""
        letter = postbox.open_letter(visit.kaasa.postbox, key, local=visit.kaasa.settings.local())
        # A letter's links open in the whole window: inside the frame our own pages refuse to be shown.
        text = letter.html.replace("<head>", '<head><base target="_top">', 1)
        answer = Response(text, media_type="text/html")
        answer.headers["Content-Security-Policy"] = (
            "sandbox allow-popups allow-popups-to-escape-sandbox allow-top-navigation-by-user-activation; "
            "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @get("/{key:str}/calendar", sync_to_thread=True)
    def calendar(self, visit: Visit, key: FromPath[str]) -> Response[bytes]:
        letter = postbox.open_letter(visit.kaasa.postbox, key, local=visit.kaasa.settings.local())
        answer = Response(letter.calendar or b"", media_type="text/calendar")
        answer.headers["Content-Disposition"] = 'attachment; filename="kutse.ics"'
        answer.headers["Content-Security-Policy"] = CSP.format(nonce="", framed="'none'")
        answer.headers["Cache-Control"] = "no-store"
        return answer
