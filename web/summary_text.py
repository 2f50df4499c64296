"""A committee's page as plain text: the same numbered lines and the same sources, for any reader's device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import TextWrapper
from typing import Any

from processes.actions.summary_reading import SummaryView
from web import dates
from web import summary_words as words
from web.i18n import gettext as _
from web.summary_sheet import Line, Sheet

WIDTH = 78


def plain(view: SummaryView, sheet: Sheet, address: str) -> str:
    """In: a frozen page and its whole address. Out: its text, lines at most 78 characters wide where words allow it."""
    lines = [*_wrapped(view.title, ""), "", *_head(view)]
    for code, title in sheet.titles():
        lines += ["", title.upper(), ""]
        for line in sheet.sections[code]:
            lines += _line(view, line)
    if easy := view.content.get("easy"):
        lines += ["", _("In easy language").upper(), ""]
        for part in easy["text"].splitlines():
            lines += _wrapped(part, "")
    lines += ["", _("Sources").upper(), ""]
    lines += _wrapped(_("Each source has a page of its own, by its number behind this address:"), "")
    lines += [f"{address}/source/", ""]
    for source in sheet.sources:
        lines += _wrapped(f"[{source.number}] {source.text}", "    ")
    return "\n".join(lines).rstrip() + "\n"


def _head(view: SummaryView) -> Iterator[str]:
    yield _("Summary for the committee")
    if view.frozen_at is not None:
        yield _("Frozen: %(moment)s") % {"moment": dates.moment(view.frozen_at)}
    yield from _wrapped(_("Digest (SHA-256): %(digest)s") % {"digest": view.digest}, "    ")
    if view.changes:
        yield ""
        yield _("After the freeze").upper()
        for it in view.changes:
            yield from _wrapped(f"* {words.change(it.code, it.about)}", "  ")


def _line(view: SummaryView, line: Line) -> Iterator[str]:
    references = "".join(f" [{number}]" for number in line.sources)
    text = line.text
    if line.code == "question":
        text = f"{text} {line.params['question']}".strip()
    elif line.kind is not None:
        text = f"{text}: {_names(line)}"
    elif line.theme is not None:
        text = f"{text}: {line.params['number']}"
    elif line.opinion is not None:
        it = line.opinion
        text = _("%(author)s, opinion %(receipt)s: %(outcome)s") % {
            "author": words.author(it), "receipt": it["receipt"], "outcome": words.outcome(it["outcome"]),
        }  # fmt: skip
    yield from _wrapped(f"{line.number}. {text}{references}", "    ")
    if line.opinion is not None:
        yield from _opinion(view, line)


def _opinion(view: SummaryView, line: Line) -> Iterator[str]:
    it = line.opinion or {}
    if line.code.startswith("late"):
        yield from _wrapped(f"    {words.state(it['state'])} {it['late_reason']}".rstrip(), "    ")
        return
    for part in str(it["text"]).splitlines():
        yield from _wrapped(f"    > {part}", "    > ")
    yield from _besides(it)
    yield from _wrapped(f"    {_('Reasons:')} {it['reasons']}", "    ")
    if line.code == "objection" and (position := view.positions.get(it["feedback_id"])) is not None:
        yield from _wrapped(f"    {words.stance(position.stance)}: {position.words}".rstrip(": "), "    ")


def _besides(it: Mapping[str, Any]) -> Iterator[str]:
    for said in it.get("minority", ()):
        yield from _wrapped(f"    {_('View of a minority in the association')}:", "    ")
        for part in str(said).splitlines():
            yield from _wrapped(f"    > {part}", "    > ")
    if it.get("alike"):
        yield from _wrapped(f"    {words.alike(it['alike'])}", "    ")
    points = it.get("points", ())
    for point in points if len(points) > 1 else ():
        told = f"{point['place']}. „{point['text']}“ {words.point_outcome(point['outcome'])}. {point['position']}"
        yield from _wrapped(f"    {' '.join(told.split())}", "    ")


def _names(line: Line) -> str:
    row = line.kind or {}
    told = [
        (_("answered"), row["spoke"]),
        (_("no comments"), row["no_comments"]),
        (_("silent"), row["silent"]),
    ]
    return "; ".join(f"{what} {len(names)} ({', '.join(names)})" for what, names in told if names)


def _wrapped(text: str, indent: str) -> list[str]:
    wrapper = TextWrapper(
        WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False, drop_whitespace=True
    )
    return wrapper.wrap(text) or [""]
