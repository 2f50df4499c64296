"""The accessibility statement that every public sector service must publish (EU 2018/1523)."""

from litestar import Controller, Response, get

from web.visit import Visit


class AccessibilityPage(Controller):
    """`/{lang}/accessibility`."""

    path = "/accessibility"

    @get(sync_to_thread=True)
    def show(self, visit: Visit) -> Response[str]:
        return visit.page("accessibility.html")
