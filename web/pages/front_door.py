"""The bare address: everyone is led to the front page in a language they read."""

from typing import Any

from litestar import Controller, Request, get
from litestar.response import Redirect

from web import i18n


class FrontDoor(Controller):
    """`/`."""

    path = "/"
    include_in_schema = False

    @get(sync_to_thread=False)
    def open(self, request: Request[Any, Any, Any]) -> Redirect:
        return Redirect(f"/{i18n.preferred(request.headers.get('accept-language', ''))}/", status_code=303)
