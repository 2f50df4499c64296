"""Dates and sizes in words, as people of each language write them. Zone: where the people are."""

from __future__ import annotations

from datetime import date, datetime
from functools import lru_cache

from babel.dates import format_date

from engine.clock import ZONE, local_day
from web import i18n

LOCALES = {"et": "et", "en": "en_GB", "ru": "ru"}
DAY = {"et": "EEEE, d. MMMM y", "en": "EEEE, d MMMM y", "ru": "EEEE, d MMMM y 'г.'"}
SHORT = {"et": "dd.MM.y", "en": "d MMM y", "ru": "dd.MM.y"}
MOMENT = {
    "et": "{day} kell {hour}.{minute:02} (Eesti aeg)",
    "en": "{day} at {hour}:{minute:02} (Estonian time)",
    "ru": "{day}, {hour}:{minute:02} (время Эстонии)",
}
UNITS = ("B", "kB", "MB", "GB")


def day(value: date | datetime) -> str:
    """`neljapäev, 14. jaanuar 2027`."""
    return _format(_date(value), i18n.current.get(), long=True)


def short_day(value: date | datetime) -> str:
    """`14.01.2027`."""
    return _format(_date(value), i18n.current.get(), long=False)


def moment(value: date | datetime) -> str:
    """`neljapäev, 14. jaanuar 2027 kell 17.00 (Eesti aeg)`. In: an aware datetime; a date gives its day."""
    if not isinstance(value, datetime):
        return day(value)
    hour, minute = _told(value)
    return MOMENT[i18n.current.get()].format(day=day(value), hour=hour, minute=minute)


def clock(value: datetime) -> str:
    """`17.00`, the time of day alone. In: an aware datetime."""
    hour, minute = _told(value)
    mark = "." if i18n.current.get() == "et" else ":"
    return f"{hour}{mark}{minute:02}"


def iso(value: date | datetime) -> str:
    """For `<time datetime>` and date inputs: local date, or local date and minute."""
    if isinstance(value, datetime):
        return value.astimezone(ZONE).strftime("%Y-%m-%dT%H:%M")
    return value.isoformat()


def filesize(value: int) -> str:
    """`1,4 MB`. In: bytes."""
    size, unit = float(value), 0
    while size >= 1000 and unit < len(UNITS) - 1:
        size, unit = size / 1000, unit + 1
    text = f"{size:.0f}" if unit == 0 or size >= 10 else f"{size:.1f}"
    return f"{text if i18n.current.get() == 'en' else text.replace('.', ',')} {UNITS[unit]}"


def _told(value: datetime) -> tuple[int, int]:
    """Hour and minute as people say them: a term's last second is 24.00 (TsÜS § 137 (1))."""
    local = value.astimezone(ZONE)
    return (24, 0) if (local.hour, local.minute, local.second) == (23, 59, 59) else (local.hour, local.minute)


def _date(value: date | datetime) -> date:
    return local_day(value) if isinstance(value, datetime) else value


@lru_cache(maxsize=4096)
def _format(value: date, language: str, *, long: bool) -> str:
    pattern = (DAY if long else SHORT)[language]
    return format_date(value, format=pattern, locale=LOCALES[language])
