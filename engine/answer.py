"""Reads one answer of a form as the browser sends it, and gives it its type or says what is wrong with it.

Every reader takes the question and the raw answer and gives the value, or a Problem. What a person left empty comes
back as the empty value of its kind: "" for texts, None for one value, [] for several, False for a box.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from engine.errors import Problem
from engine.upload import File, Upload, check_upload, content_type

ZONE = ZoneInfo("Europe/Tallinn")
"""The zone in which people write dates and times."""

MAX_NUMBER = 10**15
MAX_DECIMALS = 6
MAX_FILES = 10
FIRST_YEAR, LAST_YEAR = 1900, 2199

_NUMBER = re.compile(r"([+-]?)([0-9]{1,16}|[0-9]{1,3}(?: [0-9]{3}){1,5})(?:[.,]([0-9]{1,20}))?")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_EST_DATE = re.compile(r"([0-9]{1,2})\.([0-9]{1,2})\.([0-9]{4})")
_TIME = re.compile(r"([0-9]{1,2})[:.]([0-9]{2})(?::[0-9]{2}(?:\.[0-9]{1,6})?)?")
_SPACES = str.maketrans({"\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2212": "-"})
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")
_MAILBOX = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}")
_HOST_LABEL = re.compile(r"[^\W_](?:[\w-]{0,61}[^\W_])?")
_PHONE = re.compile(r"\+?[0-9 ()-]{5,25}")


@dataclass(frozen=True)
class Question:
    """What a reader must know about a field of a form."""

    type: str
    subtype: str = ""
    choices: frozenset[str] = frozenset()
    min_length: int = 0
    max_length: int = 0
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    decimals: int | None = None
    validation: str = ""
    not_past: bool = False
    accept: tuple[str, ...] = ()
    multiple: bool = False


def empty(question: Question) -> Any:
    """Give the value of a question nobody answered."""
    if question.type in ("textfield", "textarea"):
        return ""
    if question.type == "checkbox":
        return False
    many = question.type == "checklist" or (question.type == "filepicker" and question.multiple)
    return [] if many else None


def read_answer(question: Question, raw: Any, today: date | None) -> Any | Problem:
    """Give the typed value of a raw answer, or the Problem.

    In: a text, a list of texts, files, or a value that already has its type; today for dates that may not be past.
    Out: str, int or Decimal, date, datetime (UTC), bool, list[str], Upload or list[Upload], or the empty value.
    """
    if question.type in ("checklist", "filepicker"):
        many = list(raw) if isinstance(raw, list | tuple) else [raw]
        many = [it for it in many if it is not None and not (isinstance(it, str) and not it)]
        return _files(question, many) if question.type == "filepicker" else _choices(question, many)
    if isinstance(raw, list | tuple):
        if len(raw) > 1:
            return Problem("one_only")
        raw = raw[0] if raw else None
    if raw is None or (isinstance(raw, str) and not raw.strip()):
        return empty(question)
    return _READERS[question.type](question, raw, today)


def local(moment: datetime) -> datetime:
    """Give a moment as people here read it from the clock, without zone."""
    return moment.astimezone(ZONE).replace(tzinfo=None)


def _text(question: Question, raw: Any, _today: date | None) -> str | Problem:
    if not isinstance(raw, str):
        return Problem("not_a_text")
    if len(raw) > 4 * question.max_length + 1000:  # before any work on it
        return Problem("too_long", {"max": question.max_length, "length": len(raw)})
    text = unicodedata.normalize("NFC", raw.replace("\r\n", "\n").replace("\r", "\n")).strip()
    if question.type == "textfield":
        text = text.replace("\n", " ")
    if _UNPRINTABLE.search(text):
        return Problem("bad_character")
    if len(text) > question.max_length:
        return Problem("too_long", {"max": question.max_length, "length": len(text)})
    if len(text) < question.min_length:
        return Problem("too_short", {"min": question.min_length, "length": len(text)})
    if question.validation == "email" and not _is_address(text):
        return Problem("not_an_email")
    if question.validation == "phone" and not (_PHONE.fullmatch(text) and sum(map(str.isdigit, text)) >= 5):
        return Problem("not_a_phone")
    return text


def _is_address(text: str) -> bool:
    mailbox, at, host = text.rpartition("@")
    labels = host.split(".")
    good_host = len(labels) > 1 and all(_HOST_LABEL.fullmatch(label) for label in labels)
    dots = mailbox.startswith(".") or mailbox.endswith(".") or ".." in mailbox
    return bool(at and good_host and _MAILBOX.fullmatch(mailbox) and not dots and len(text) <= 254)


def _number(question: Question, raw: Any, _today: date | None) -> int | Decimal | Problem:
    if isinstance(raw, bool) or not isinstance(raw, str | int | float | Decimal):
        return Problem("not_a_number")
    if isinstance(raw, int) and abs(raw) > MAX_NUMBER:  # str() of a huge int is slow, and refused by Python
        return Problem("too_large", {"max": str(MAX_NUMBER)})
    text = f"{raw:f}" if isinstance(raw, Decimal) and abs(raw.adjusted()) < 30 else str(raw)
    found = _NUMBER.fullmatch(text.translate(_SPACES).strip()) if len(text) < 60 else None
    if found is None:
        return Problem("not_a_number")
    decimals = (found[3] or "").rstrip("0")
    most = MAX_DECIMALS if question.decimals is None else min(question.decimals, MAX_DECIMALS)
    if len(decimals) > most:
        return Problem("too_many_decimals", {"max": most}) if most else Problem("not_whole")
    value = Decimal(f"{found[1]}{found[2].replace(' ', '')}.{decimals or 0}")
    least = -MAX_NUMBER if question.minimum is None else question.minimum
    greatest = MAX_NUMBER if question.maximum is None else question.maximum
    if value < least:
        return Problem("too_small", {"min": f"{least}"})
    if value > greatest:
        return Problem("too_large", {"max": f"{greatest}"})
    return value if decimals else int(value)


def _moment(question: Question, raw: Any, today: date | None) -> date | datetime | str | Problem:
    if question.subtype == "time":
        return _clock(raw)
    if question.subtype == "date":
        if isinstance(raw, datetime) or not isinstance(raw, date | str):
            return Problem("not_a_date")
        day = _day(raw) if isinstance(raw, str) else raw
        return Problem("not_a_date") if day is None else _in_time(question, day, day, today)
    if isinstance(raw, datetime):
        moment: datetime | Problem = raw if raw.tzinfo else _from_local(raw)
    elif isinstance(raw, str):
        moment = _from_text(raw)
    else:
        moment = Problem("not_a_datetime")
    if isinstance(moment, Problem):
        return moment
    moment = moment.astimezone(UTC)
    return _in_time(question, moment, local(moment).date(), today)


def _in_time(question: Question, value: date | datetime, day: date, today: date | None) -> Any | Problem:
    if not FIRST_YEAR <= day.year <= LAST_YEAR:
        return Problem("date_out_of_range", {"first": FIRST_YEAR, "last": LAST_YEAR})
    if question.not_past and today is not None and day < today:
        return Problem("in_the_past", {"first": today.isoformat()})
    return value


def _day(text: str) -> date | None:
    text = text.strip()
    try:
        if found := _ISO_DATE.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _EST_DATE.fullmatch(text):
            return date(int(found[3]), int(found[2]), int(found[1]))
    except ValueError:
        pass
    return None


def _clock(raw: Any) -> str | Problem:
    if isinstance(raw, time):
        return f"{raw:%H:%M}"
    found = _TIME.fullmatch(raw.strip()) if isinstance(raw, str) else None
    if not found or int(found[1]) > 23 or int(found[2]) > 59:
        return Problem("not_a_time")
    return f"{int(found[1]):02}:{found[2]}"


def _from_text(text: str) -> datetime | Problem:
    """Read `YYYY-MM-DDTHH:MM`, `DD.MM.YYYY HH:MM` (the hour in this zone) or the same with its own offset."""
    head, _, tail = text.strip().replace("T", " ", 1).partition(" ")
    day, clock = _day(head), _clock(tail)
    if day is None:
        return Problem("not_a_datetime")
    if isinstance(clock, str):
        return _from_local(datetime.combine(day, time.fromisoformat(clock)))
    try:
        moment = datetime.fromisoformat(text.strip()) if len(text) < 40 else None
    except ValueError:
        moment = None
    return moment if moment is not None and moment.tzinfo is not None else Problem("not_a_datetime")


def _from_local(naive: datetime) -> datetime | Problem:
    """Give the moment of an hour of this zone; of the two equal hours in autumn the earlier one."""
    if not FIRST_YEAR <= naive.year <= LAST_YEAR:
        return Problem("date_out_of_range", {"first": FIRST_YEAR, "last": LAST_YEAR})
    moment = naive.replace(tzinfo=ZONE, fold=0).astimezone(UTC)
    if local(moment) != naive:
        return Problem("no_such_time")  # the hour the clocks skip in spring
    return moment


def _choice(question: Question, raw: Any, _today: date | None) -> str | Problem:
    return raw if isinstance(raw, str) and raw in question.choices else Problem("not_a_choice")


def _choices(question: Question, raw: list[Any]) -> list[str] | Problem:
    if not all(isinstance(it, str) and it in question.choices for it in raw):
        return Problem("not_a_choice")
    return list(dict.fromkeys(raw))


def _box(_question: Question, raw: Any, _today: date | None) -> bool | Problem:
    if isinstance(raw, bool):
        return raw
    said = {"on": True, "true": True, "1": True, "off": False, "false": False, "0": False}
    return said.get(raw, Problem("not_a_choice")) if isinstance(raw, str) else Problem("not_a_choice")


def _files(question: Question, raw: list[Any]) -> Any | Problem:
    # A browser sends an empty file without name where nothing was chosen.
    files = [it for it in raw if not (isinstance(it, File) and not it.filename and not it.content)]
    if not all(isinstance(it, File) for it in files):
        return Problem("not_a_file")
    if len(files) > (MAX_FILES if question.multiple else 1):
        return Problem("too_many", {"max": MAX_FILES if question.multiple else 1})
    kept = []
    for place, file in enumerate(files, start=1):
        if problem := check_upload(file, question.accept):
            return Problem(problem.code, {**problem.params, "file": place})
        kept.append(Upload(file.filename, content_type(file.filename), file.content))
    return kept if question.multiple else (kept[0] if kept else None)


_READERS: dict[str, Callable[[Question, Any, date | None], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "datetime": _moment,
    "select": _choice,
    "radio": _choice,
    "checkbox": _box,
}
