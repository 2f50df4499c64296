"""Signing in by a link sent by mail: ask for one, press its button, leave again."""

from litestar import Controller, Response, get, post
from litestar.params import FromPath
from litestar.response import Redirect

from processes.actions import sign_in
from web import auth
from web.forms import Form
from web.sentences import sentence
from web.visit import Visit


class SignInPage(Controller):
    """`/{lang}/sign-in` and `/{lang}/sign-out`."""

    @get("/sign-in", sync_to_thread=True)
    def ask(self, visit: Visit) -> Response[str]:
        return visit.page("sign_in.html", errors={}, email="", next=_next(visit), sent=False)

    @post("/sign-in", sync_to_thread=True, status_code=200)
    def send(self, visit: Visit, form: Form) -> Response[str]:
        """The answer is the same whether anybody has an account at the address or not."""
        email, goal = form.text("email"), auth.local_path(form.text("next"), "")
        if "@" not in email or len(email) > 254:
            errors = {"email": sentence("email_needed")}
            return visit.page("sign_in.html", status=422, errors=errors, email=email, next=goal, sent=False)
        kaasa = visit.kaasa
        kaasa.database.transaction(
            lambda s: sign_in.send_link(
                s,
                municipality_id=kaasa.municipality_id,
                email=email,
                office=kaasa.post_office,
                now=kaasa.wall.now(),
                posted_at=kaasa.clock.now(),
            )
        )
        return visit.page("sign_in.html", errors={}, email=email, next=goal, sent=True)

    @get("/sign-in/{token:str}", sync_to_thread=True)
    def offer(self, visit: Visit, token: FromPath[str]) -> Response[str]:
        """Opening a link uses nothing up: mail scanners open links too."""
        return visit.page("sign_in_link.html", token=token, next=_next(visit))

    @post("/sign-in/{token:str}", sync_to_thread=True, status_code=303)
    def enter(self, visit: Visit, token: FromPath[str], form: Form) -> Redirect:
        kaasa = visit.kaasa
        home, now = kaasa.municipality_id, kaasa.wall.now()
        kaasa.database.transaction(
            lambda s: sign_in.end(s, municipality_id=home, token=visit.session_token, now=now)
        )
        fresh = kaasa.database.transaction(
            lambda s: sign_in.open_link(s, municipality_id=home, token=token, now=now)
        )
        goal = auth.local_path(form.text("next"), visit.url("/desk"))
        path = goal[3:] if goal[:4] in {"/et/", "/en/", "/ru/"} else "/desk"
        return visit.redirect(path, done="signed_in", cookies=(auth.session_cookie(kaasa.settings, fresh),))

    @post("/sign-out", sync_to_thread=True, status_code=303)
    def leave(self, visit: Visit) -> Redirect:
        kaasa = visit.kaasa
        kaasa.database.transaction(
            lambda s: sign_in.end(
                s, municipality_id=kaasa.municipality_id, token=visit.session_token, now=kaasa.wall.now()
            )
        )
        return visit.redirect("/", done="signed_out", cookies=(auth.session_cookie(kaasa.settings, ""),))


def _next(visit: Visit) -> str:
    return auth.local_path(visit.request.query_params.get("next", ""), "")
