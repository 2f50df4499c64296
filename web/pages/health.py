"""For whoever watches the server: is it alive, can it work, and the figures of its work."""

import asyncio
from typing import Any

from litestar import Controller, Request, Response, get
from litestar.di import NamedDependency

from web import watching
from web.compose import Kaasa

LONGEST = 2.0
"""Seconds the database may take to answer."""
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip", "via")


class Health(Controller):
    """`/health` and `/ready` (also as `/health/live` and `/health/ready`), `/metrics`."""

    path = "/"
    include_in_schema = False

    @get(["/health", "/health/live"], sync_to_thread=False, media_type="text/plain")
    def live(self) -> str:
        """The server runs; nothing else is asked."""
        return "ok"

    @get(["/ready", "/health/ready"])
    async def ready(self, kaasa: NamedDependency[Kaasa]) -> Response[str]:
        """Ready when the database answers in time and its tables are those of this version."""
        try:
            problem = await asyncio.wait_for(asyncio.to_thread(_problem, kaasa), LONGEST)
        except Exception:  # noqa: BLE001  whatever it is, we are not ready
            problem = "no database"
        status = 503 if problem else 200
        return Response(problem or "ok", status_code=status, media_type="text/plain")

    @get("/metrics", sync_to_thread=True)
    def metrics(
        self, request: Request[Any, Any, Any], kaasa: NamedDependency[Kaasa]
    ) -> Response[bytes] | Response[str]:
        """Figures in Prometheus' text format, for those who may read them."""
        client = request.client.host if request.client else ""
        forwarded = any(name in request.headers for name in FORWARDED)
        sent = request.headers.get("authorization", "")
        if not watching.may_read(kaasa, sent, client, forwarded=forwarded):
            return Response("not found", status_code=404, media_type="text/plain")
        return Response(kaasa.watch.text(), media_type=watching.MEDIA_TYPE)


def _problem(kaasa: Kaasa) -> str:
    kaasa.database.ask()
    return "tables of another version" if kaasa.schema_problem() else ""
