"""For whoever watches the server: is it alive, and can it work."""

from litestar import Controller, Response, get
from litestar.di import NamedDependency

from web.compose import Kaasa


class Health(Controller):
    """`/health/live` and `/health/ready`."""

    path = "/health"

    @get("/live", sync_to_thread=False, media_type="text/plain")
    def live(self) -> str:
        return "ok"

    @get("/ready", sync_to_thread=True)
    def ready(self, kaasa: NamedDependency[Kaasa]) -> Response[str]:
        """Ready when the database answers."""
        try:
            kaasa.database.ask()
        except Exception:  # noqa: BLE001  whatever it is, we are not ready
            return Response("no database", status_code=503, media_type="text/plain")
        return Response("ok", media_type="text/plain")
