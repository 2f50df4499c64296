"""Every address below a language that no page has: the same refusal, with the frame of whoever asks."""

from litestar import Controller, get
from litestar.params import FromPath

from processes.errors import NotFound
from web.visit import Visit


class Elsewhere(Controller):
    """`/{lang}/…` that is nowhere."""

    @get("/{rest:path}", sync_to_thread=False)
    def nowhere(self, visit: Visit, rest: FromPath[str]) -> None:
        raise NotFound
