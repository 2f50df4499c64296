"""The interface in Estonian, English and Russian: every `.po` of a language, merged when first needed.

Message ids are English. Each slice of pages keeps its own file, `locale/<language>/LC_MESSAGES/<slice>.po`;
nothing compiled is committed.
"""

from __future__ import annotations

import io
from contextvars import ContextVar
from functools import cache
from gettext import GNUTranslations
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LANGUAGES = {"et": "Eesti", "en": "English", "ru": "Русский"}
DEFAULT = "et"
LOCALE = Path(__file__).resolve().parent / "locale"
current: ContextVar[str] = ContextVar("language", default=DEFAULT)


def gettext(message: str) -> str:
    """Out: the message in the reader's language."""
    return catalogue(current.get()).gettext(message)


def ngettext(one: str, many: str, number: int) -> str:
    """Out: the form of the message that fits the number, in the reader's language."""
    return catalogue(current.get()).ngettext(one, many, number)


def N_(message: str) -> str:  # noqa: N802  gettext's own name for "translate this later"
    """Mark a message whose translation is looked up later. Out: the same message."""
    return message


@cache
def catalogue(language: str) -> GNUTranslations:
    """Every message of a language, from all its files."""
    merged = Catalog(locale=language)
    for path in sorted((LOCALE / language / "LC_MESSAGES").glob("*.po")):
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id and message.string and not message.fuzzy:
                    merged.add(message.id, message.string)
    packed = io.BytesIO()
    write_mo(packed, merged)
    packed.seek(0)
    return GNUTranslations(packed)


def preferred(accepted: str) -> str:
    """In: an Accept-Language header. Out: the language it likes best among ours, else Estonian."""
    ranked = []
    for place, part in enumerate(accepted.split(",")):
        tag, _, quality = part.strip().partition(";q=")
        try:
            ranked.append((-float(quality or 1), place, tag.split("-")[0].lower()))
        except ValueError:
            continue
    return next((tag for _, _, tag in sorted(ranked) if tag in LANGUAGES), DEFAULT)


def of_path(path: str, accepted: str = "") -> str:
    """Out: the language an address is in (`/ru/…`), else the preferred one."""
    first = path.split("/", 2)[1] if path.startswith("/") else ""
    return first if first in LANGUAGES else preferred(accepted)
