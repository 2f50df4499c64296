"""Templates to text: the Jinja environment, its macros as globals, and addresses of built files.

Macros live in `env.globals` because a block rendered alone (an htmx fragment) skips the imports of its
file. Templates get values only; nothing here can reach the database.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context, select_autoescape
from jinja2.runtime import Context
from jinja2_fragments import render_block
from markupsafe import Markup, escape

from web import dates, i18n

HERE = Path(__file__).resolve().parent
TEMPLATES = HERE / "templates"
VENDOR = HERE / "static" / "vendor"


class Renderer:
    """Fills templates. In: whether changed templates are read again."""

    def __init__(self, *, reload: bool = False) -> None:
        self.env = environment(reload=reload)

    def text(self, template: str, values: Mapping[str, Any], *, block: str | None = None) -> str:
        """Out: the page, or one block of it. Errors: jinja2's, for a missing value or template."""
        if block is None:
            return self.env.get_template(template).render(values)
        rendered: str = render_block(self.env, template, block, **values)
        return rendered


@cache  # it knows no product, and to compile every macro takes a tenth of a second
def environment(*, reload: bool = False) -> Environment:
    """The one Jinja environment: everything escaped, a missing value is an error."""
    env = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=select_autoescape(default=True, default_for_string=True),
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=reload,
    )
    env.install_gettext_callables(i18n.gettext, i18n.ngettext, newstyle=True)  # type: ignore[attr-defined]
    env.globals.update(_=say, gettext=say, ngettext=say_number)
    env.filters.update(
        day=dates.day, short_day=dates.short_day, moment=dates.moment, clock=dates.clock, iso=dates.iso,
        filesize=dates.filesize, paragraphs=paragraphs,
    )  # fmt: skip
    env.globals.update(asset=asset, languages=i18n.LANGUAGES, language=i18n.current.get, csrf=csrf, hx=hx)
    # A macro sees the globals there were when its file was read, so what others use is read first.
    for path in sorted(
        (TEMPLATES / "macros").glob("*.html"), key=lambda file: (file.name != "show.html", file.name)
    ):
        env.globals.update(_macros(env, f"macros/{path.name}"))
    return env


def asset(name: str) -> str:
    """Out: the address of a built file (`app.css`), its digest in its name so that it may be kept for ever."""
    return f"/static/vendor/{_manifest().get(name, name)}"


def say(message: str, /, **values: Any) -> Markup:
    """A message in the reader's language, its values escaped; `%%` is a per cent sign."""
    # Jinja's own does the same, but formats anew what has no values: most of what a page says.
    if not values:
        return _said(i18n.current.get(), message)
    return Markup(i18n.gettext(message)) % values  # noqa: S704  our own translations


@lru_cache(maxsize=8192)
def _said(_language: str, message: str) -> Markup:
    return Markup(i18n.gettext(message)) % {}  # noqa: S704  our own translations


def say_number(one: str, many: str, num: int, /, **values: Any) -> Markup:
    """The message that fits a number, told as `num`."""
    return Markup(i18n.ngettext(one, many, num)) % {"num": num, **values}  # noqa: S704  our own translations


def paragraphs(text: str) -> Markup:
    """Plain text as people typed it: an empty line is a paragraph, a line break stays one."""
    parts = [part.strip() for part in text.replace("\r\n", "\n").split("\n\n")]
    return Markup("").join(
        Markup('<p class="govuk-body">{}</p>').format(Markup("<br>").join(escape(part).split("\n")))
        for part in parts
        if part
    )


@pass_context
def csrf(context: Context) -> Markup:
    """The hidden field every POST form carries."""
    return Markup('<input type="hidden" name="_csrf_token" value="{}">').format(context["visit"].csrf_token)


@pass_context
def hx(context: Context, **attributes: str) -> Markup:
    """Attributes for htmx: `hx(get="…", target="#x")` becomes `data-hx-get="…"`, stamped with the nonce.

    Elements without the page's nonce are ignored by htmx, so injected markup cannot use it.
    """
    written = {**attributes, "nonce": context["visit"].nonce}
    return Markup(" ").join(
        Markup('data-hx-{}="{}"').format(name.replace("_", "-"), value) for name, value in written.items()
    )


def _macros(env: Environment, name: str) -> dict[str, Callable[..., Any]]:
    exported = env.get_template(name).module.__dict__
    return {key: value for key, value in exported.items() if not key.startswith("_") and callable(value)}


@cache
def _manifest() -> dict[str, str]:
    path = VENDOR / "manifest.json"
    return json.loads(path.read_text()) if path.exists() else {}
