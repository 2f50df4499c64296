"""The Litestar application around a composed product: routes, guards, headers, the background loop."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from litestar import Litestar, Request, Router
from litestar.concurrency import sync_to_thread
from litestar.datastructures import MutableScopeHeaders
from litestar.di import Provide
from litestar.enums import ScopeType
from litestar.exceptions import NotFoundException
from litestar.static_files import create_static_files_router
from litestar.status_codes import HTTP_200_OK
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from web import auth, errors, forms, i18n
from web.compose import Kaasa
from web.pages import (
    accessibility,
    advice,
    agenda,
    agreed,
    alike,
    answers,
    api,
    approvals,
    calendars,
    case,
    cases,
    demo,
    desk,
    documents,
    draft,
    elsewhere,
    feed,
    follow_up,
    front,
    front_door,
    health,
    hearing,
    incidents,
    inner_round,
    invitation,
    invitation_letter,
    launch,
    letters,
    mails,
    measures,
    meetings,
    moving,
    opinion,
    opinions,
    own,
    participants,
    passages,
    places,
    points,
    postbox,
    proof,
    publishing,
    session_place,
    sign_in,
    source,
    suggestions,
    summary,
    task,
    themes,
    together,
    treatment,
    workbench,
)
from web.render import HERE
from web.settings import LOOPBACK
from web.visit import CSP, PageVisit

LARGEST_BODY = 12_000_000
MOST_PARTS = 400
HASHED = re.compile(r"\.[0-9a-f]{12}\.\w+$")
DEFAULT_HEADERS = {
    "Content-Security-Policy": CSP.format(nonce="", framed="'none'"),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=()",
}

# Every page, one a line; all of them live below /{lang}.
PAGES: list[Any] = [
    front.FrontPage,
    case.CasePage,
    opinion.OpinionPage,
    opinion.OpinionLinkPage,
    invitation.InvitationPage,
    feed.FeedPage,
    calendars.CalendarsPage,
    calendars.SecretFeedPage,
    own.OwnPage,
    session_place.SessionPlacePage,
    sign_in.SignInPage,
    participants.ParticipantsPage,
    invitation_letter.InvitationLetterPage,
    opinions.OpinionsPage,
    publishing.PublishingPage,
    answers.AnswersPage,
    together.TogetherPage,
    points.PointsPage,
    points.OpinionPointsPage,
    advice.AdvicePage,
    inner_round.InnerRoundPage,
    inner_round.MemberPage,
    places.OpinionPlacesPage,
    places.CaseMapPage,
    passages.PassagesPage,
    themes.ThemesPage,
    alike.AlikePage,
    approvals.ApprovalsPage,
    meetings.MeetingsPage,
    letters.LettersPage,
    summary.SummaryPage,
    source.SourcePage,
    hearing.HearingPage,
    hearing.SpeakPage,
    treatment.TreatmentPage,
    treatment.SessionPage,
    mails.MailsPage,
    postbox.PostboxPage,
    demo.DemoPage,
    accessibility.AccessibilityPage,
    desk.DeskPage,
    cases.CasesPage,
    workbench.WorkbenchPage,
    incidents.IncidentsPage,
    moving.MovingPage,
    documents.DocumentsPage,
    launch.LaunchPage,
    launch.MatterPage,
    draft.PlanPage,
    draft.WhomPage,
    draft.PapersPage,
    draft.PreviewPage,
    draft.BeginPage,
    draft.DiscardPage,
    task.TaskPage,
    agenda.AgendaPage,
    agenda.AgendaLinkPage,
    agreed.AgreedPage,
    follow_up.FollowUpPage,
    suggestions.SuggestPage,
    suggestions.SuggestionsPage,
    measures.MeasuresPage,
    measures.CaseMeasuresPage,
    proof.ProofPage,
]


def create_app(kaasa: Kaasa, *, loop: bool = True) -> Litestar:
    """The application. In: the composed product; whether the background loop runs in this process."""

    async def visit(request: Request[Any, Any, Any]) -> PageVisit:
        if request.path_params.get("lang") not in i18n.LANGUAGES:
            raise NotFoundException
        if kaasa.settings.demo and request.url.hostname not in LOOPBACK:
            raise NotFoundException  # another name for this machine: a page elsewhere wants to read along
        made = PageVisit(kaasa, request)
        request.scope["state"]["visit"] = made
        if request.method not in auth.SAFE:
            await forms.read(
                request
            )  # before the database is asked: its trouble must not lose what was typed
        if made.session_token:
            # Looked up here, in a thread, so that a refusal's page knows it too.
            await sync_to_thread(lambda: made.actor)
        return made

    async def composed() -> Kaasa:
        return kaasa

    app = Litestar(
        route_handlers=[
            front_door.FrontDoor,
            health.Health,
            api.Api,
            Router(path="/{lang:str}", route_handlers=[*PAGES, elsewhere.Elsewhere], include_in_schema=False),
            create_static_files_router(
                path="/static", directories=[HERE / "static"], opt={"exclude_from_csrf": True}
            ),
        ],
        dependencies={"visit": Provide(visit), "kaasa": Provide(composed), "form": Provide(forms.read)},
        csrf_config=auth.csrf_config(kaasa.settings),
        guards=[auth.from_here],
        middleware=[_speaking],
        before_send=[_headers(kaasa)],
        after_response=_waking(kaasa),
        exception_handlers=errors.HANDLERS,
        lifespan=[_background(kaasa)] if loop else [],
        request_max_body_size=LARGEST_BODY,
        multipart_form_part_limit=MOST_PARTS,
        openapi_config=api.DESCRIPTION,
        logging_config=None,
    )
    app.state.kaasa = kaasa
    return app


def _speaking(app: ASGIApp) -> ASGIApp:
    """Sets the request's language around everything: what dependencies set runs in tasks of their own."""

    async def speak(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == ScopeType.HTTP:
            accepted = dict(scope["headers"]).get(b"accept-language", b"").decode("latin-1")
            i18n.current.set(i18n.of_path(scope["path"], accepted))
        await app(scope, receive, send)

    return speak


def _background(kaasa: Kaasa) -> Callable[[Litestar], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def lifespan(_app: Litestar) -> AsyncIterator[None]:
        kaasa.loop.start()
        kaasa.receiving.start()
        try:
            yield
        finally:
            kaasa.receiving.stop()
            kaasa.loop.stop()

    return lifespan


def _headers(kaasa: Kaasa) -> Callable[[Message, Scope], Awaitable[None]]:
    """Sets the security headers of every answer, errors and files included."""

    async def secure(message: Message, scope: Scope) -> None:
        if message["type"] != "http.response.start":
            return
        headers = MutableScopeHeaders.from_message(message)
        for name, value in DEFAULT_HEADERS.items():
            headers.setdefault(name, value)
        if kaasa.settings.https():
            headers.setdefault("Strict-Transport-Security", "max-age=31536000; includeSubDomains")
        if scope["path"].startswith("/static/"):
            kept = "31536000, immutable" if HASHED.search(scope["path"]) else "3600"
            headers["Cache-Control"] = (
                f"public, max-age={kept}" if message["status"] == HTTP_200_OK else "no-store"
            )

    return secure


def _waking(kaasa: Kaasa) -> Callable[[Request[Any, Any, Any]], Awaitable[None]]:
    """Wakes the background loop after a request that may have left work: its transaction is committed by then."""

    async def wake(request: Request[Any, Any, Any]) -> None:
        if request.method not in auth.SAFE:
            kaasa.loop.wake()

    return wake
