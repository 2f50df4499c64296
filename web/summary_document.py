"""A committee's page as a document: headings, paragraphs, tables and quotations in the reader's language.

The PDF and the Word file are two faces of these blocks. A block knows no layout; a reference is the number of
a source, which stands once at the end.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from processes.actions.summary_reading import SummaryView
from web import dates, i18n
from web import summary_words as words
from web.i18n import gettext as _
from web.summary_sheet import Line, Sheet, Source

ESTONIAN = "et"
SAID, ANSWERED = 220, 300
"""How much is quoted of an opinion that was taken up, and of its answer; the rest is behind its source."""


@dataclass(frozen=True)
class Run:
    """Some words. `language` is empty when they are in the document's own; `to` is an anchor in it, `url` an address."""

    text: str
    language: str = ""
    strong: bool = False
    to: str = ""
    url: str = ""


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 (a section) or below."""

    level: int
    runs: tuple[Run, ...]


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; `mark` is an anchor others may point to, `note` sets it apart as a remark."""

    runs: tuple[Run, ...]
    mark: str = ""
    note: bool = False


@dataclass(frozen=True)
class Quotation:
    """Somebody's own words, in their own language; one text per paragraph."""

    texts: tuple[str, ...]
    language: str


@dataclass(frozen=True)
class Table:
    """A table with a caption and a header row; the first cell of each row is its header."""

    caption: str
    head: tuple[str, ...]
    rows: tuple[tuple[tuple[Run, ...], ...], ...]


@dataclass(frozen=True)
class Chart:
    """Bars. `told` says in words what is drawn; the figures stand in a table beside it."""

    caption: str
    bars: tuple[tuple[str, int], ...]
    told: str


Block = Heading | Paragraph | Quotation | Table | Chart


@dataclass(frozen=True)
class Document:
    """What a rendering needs to know. `made_at` is the moment of the freeze, never of the rendering."""

    title: str
    title_language: str
    subject: str
    language: str
    author: str
    made_at: datetime
    blocks: tuple[Block, ...]


def document_of(view: SummaryView, sheet: Sheet, address: str) -> Document:
    """In: a frozen page, its lines and its whole address. Out: the same, in blocks, in the language of the reader."""
    return Document(
        title=view.title,
        title_language=view.title_language,
        subject=_("Summary for the committee"),
        language=i18n.current.get(),
        author=view.committee,
        made_at=datetime.fromisoformat(view.content["frozen_at"]),
        blocks=tuple(_blocks(view, sheet, address)),
    )


def _blocks(view: SummaryView, sheet: Sheet, address: str) -> Iterator[Block]:
    titles = dict(sheet.titles())
    yield from _head(view)
    for code, title in titles.items():
        yield Heading(1, (Run(title),))
        lines = sheet.sections[code]
        if code == "themes":
            yield from _themes(view, lines)
        elif code == "who":
            yield from _kinds(lines)
        for line in lines:
            if line.theme is None and line.kind is None:
                yield from _line(view, line)
        if code == "figures" and view.changes:
            yield from _changes(view)
    if easy := view.content.get("easy"):
        yield Heading(1, (Run(_("In easy language")),))
        yield _quoted(easy["text"], ESTONIAN)
    yield Heading(1, (Run(_("Sources")),))
    yield Paragraph(
        (
            Run(
                _(
                    "Every numbered sentence stands on one of these. The figures were counted when the page was frozen."
                )
            ),
        )
    )
    for source in sheet.sources:
        yield _source(source, address)
    yield Paragraph((Run(_("Digest (SHA-256): %(digest)s") % {"digest": view.digest}),), note=True)


def _head(view: SummaryView) -> Iterator[Block]:
    if view.frozen_at is not None:
        frozen = _("Frozen: %(moment)s") % {"moment": dates.moment(view.frozen_at)}
        mark = _("Mark: %(digest)s") % {"digest": view.digest[:12]}
        yield Paragraph((Run(f"{frozen} · {mark}"),), note=True)
    if not view.whole:
        yield Paragraph(
            (Run(_("The text is no longer the one that was frozen: its digest differs. Do not decide on it; tell the planner."), strong=True),)
        )  # fmt: skip


def _changes(view: SummaryView) -> Iterator[Block]:
    yield Heading(1, (Run(_("After the freeze")),))
    yield Paragraph(
        (Run(_("The page below does not change any more. Since it was frozen, this has happened:")),)
    )
    for it in view.changes:
        yield Paragraph((Run(words.change(it.code, it.about)),))


def _line(view: SummaryView, line: Line) -> Iterator[Block]:
    if line.opinion is not None:
        yield from _opinion(view, line)
        return
    runs = [_number(line), Run(line.text)]
    if line.code == "question" and line.params["question"]:
        runs.append(Run(f" {line.params['question']}", ESTONIAN, strong=True))
    yield Paragraph((*runs, *_references(line.sources)))


def _opinion(view: SummaryView, line: Line) -> Iterator[Block]:
    it = line.opinion or {}
    if line.code == "changed":
        yield _changed(line)
        yield from _minority(it)
        return
    theme = (Run(f" · {it['theme']}", _foreign(ESTONIAN)),) if it["theme"] else ()
    yield Heading(2, (_number(line), Run(words.author(it)), *theme))
    about = _("No. %(number)s") % {"number": it["receipt"]}
    if it["late"]:
        about = f"{about} · {_('came late')}"
    yield Paragraph((Run(about), *_references(line.sources)), note=True)
    yield _quoted(it["text"], it["language"])
    yield from _besides(it)
    if line.code.startswith("late"):
        yield Paragraph(
            (Run(words.state(it["state"])), Run(f" {it['late_reason']}".rstrip(), _foreign(ESTONIAN)))
        )
        return
    whose = _("The planner's answer")
    answer = Run(f"{whose}: {words.outcome(it['outcome'])}. ", strong=True)
    yield Paragraph((answer, Run(it["reasons"], _foreign(ESTONIAN))))
    if line.code == "objection" and (position := view.positions.get(it["feedback_id"])) is not None:
        told = Run(f"{words.stance(position.stance)}. ", strong=True)
        yield Paragraph((told, Run(position.words, _foreign(ESTONIAN))))


def _minority(it: Mapping[str, Any]) -> Iterator[Block]:
    for said in it.get("minority", ()):
        yield Paragraph((Run(_("View of a minority in the association")),), note=True)
        yield _quoted(said, it["language"])


def _besides(it: Mapping[str, Any]) -> Iterator[Block]:
    """What an opinion holds besides its words: views of a minority, others that say the same, its points."""
    yield from _minority(it)
    if it.get("alike"):
        yield Paragraph((Run(words.alike(it["alike"])),), note=True)
    points = it.get("points", ())
    for point in points if len(points) > 1 else ():
        told = Run(f" {words.point_outcome(point['outcome'])}. ", strong=True)
        said = Run(f"{point['place']}. „{_short(point['text'], SAID)}“", _foreign(it["language"]))
        yield Paragraph((said, told, Run(point["position"], _foreign(ESTONIAN))))


def _changed(line: Line) -> Paragraph:
    """What was taken up, in short: the objections that are left stand above in full."""
    it = line.opinion or {}
    head = f"{words.author(it)}, {_('No. %(number)s') % {'number': it['receipt']}}: "
    answer = f" {words.outcome(it['outcome'])}. "
    return Paragraph(
        (
            _number(line), Run(head), Run(f"„{_short(it['text'], SAID)}“", _foreign(it["language"])),
            Run(answer, strong=True), Run(_short(it["reasons"], ANSWERED), _foreign(ESTONIAN)),
            *_references(line.sources),
        ),
    )  # fmt: skip


def _themes(view: SummaryView, lines: Sequence[Line]) -> Iterator[Block]:
    bars = tuple((words.theme(it["theme"]), int(it["opinions"])) for it in view.content["themes"])
    caption = _("Opinions by theme")
    yield Chart(caption, bars, f"{caption}: " + "; ".join(f"{name} {number}" for name, number in bars))
    rows = [
        (
            (_number(line), Run(line.text, _foreign(ESTONIAN) if line.params["theme"] else ""), *_references(line.sources)),
            (Run(str(line.theme["opinions"])),),
            (Run("; ".join(f"{words.outcome(code)} {number}" for code, number in line.theme["outcomes"].items())),),
        )
        for line in lines
        if line.theme is not None
    ]  # fmt: skip
    head = (_("Theme"), _("Opinions"), _("Answers"))
    yield Table(_("How the opinions were answered, by theme"), head, tuple(rows))


def _kinds(lines: Iterable[Line]) -> Iterator[Block]:
    rows = [
        (
            (_number(line), Run(line.text), *_references(line.sources)),
            (Run(str(line.kind["invited"])),),
            *((Run(_named(line.kind[how])),) for how in ("spoke", "no_comments", "silent")),
        )
        for line in lines
        if line.kind is not None
    ]
    if rows:
        head = (_("Kind"), _("Invited"), _("Answered"), _("No comments"), _("Silent"))
        yield Table(_("Invited organisations by kind"), head, tuple(rows))


def _source(source: Source, address: str) -> Paragraph:
    """A source leads to its own page, which asks for the reader's sign-in."""
    lines = ", ".join(str(number) for number in source.lines)
    leads = Run(source.text, url=f"{address}/source/{source.number}")
    told = Run(f" ({_('sentences:')} {lines})")
    return Paragraph((Run(f"[{source.number}] "), leads, told), mark=f"source-{source.number}")


def _named(names: Sequence[str]) -> str:
    return f"{len(names)}: {', '.join(names)}" if names else "0"


def _number(line: Line) -> Run:
    return Run(f"{line.number}. ")


def _references(sources: Iterable[int]) -> Iterator[Run]:
    for number in sources:
        yield Run(f" [{number}]", to=f"source-{number}")


def _quoted(text: str, language: str) -> Quotation:
    parts = tuple(part.strip() for part in text.splitlines() if part.strip())
    return Quotation(parts, _foreign(language))


def _short(text: str, length: int) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= length else f"{flat[:length].rsplit(maxsplit=1)[0]} …"


def _foreign(language: str) -> str:
    """Empty when the words are in the reader's own language."""
    return "" if language == i18n.current.get() else language
