"""Letters: a text file per language, with fields, that becomes a subject, a plain text and an HTML page.

A letter file begins with `# ` and the subject; after a blank line comes the body in Markdown. `{name}`
stands for a field, `{{` and `}}` for braces. There is no other language inside: officials write letters.

Values never pass through the Markdown parser. The template is parsed with a private-use mark in the place
of each field, and the value replaces the mark in the parsed tree, so no value can become markup. Only a
`Markdown` value, made by our own code, is parsed.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from markdown_it.token import Token

from notifications.errors import FieldMissing, LetterUnreadable, ValueRefused
from notifications.typeset import IMAGE, MARKDOWN, MARKS, html_page, plain_text, put_values

_TOKEN = re.compile(r"\{\{|\}\}|\{[^{}\n]*\}|[{}]")
_NAME = re.compile(r"\{([a-z][a-z0-9_]*)\}")
_TAG = re.compile(r"</?[A-Za-z][A-Za-z0-9-]*(\s[^>\n]*)?/?>")
# Every character that some reader takes for a line's end, and the controls nobody should send.
_LINE_ENDS = re.compile("\r\n|[\r\n\v\f\x1c-\x1e\x85\u2028\u2029]")
_CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f\u202a-\u202e\u2066-\u2069]|" + MARKS)
LONGEST_SUBJECT = 150


class Markdown(str):
    """A value that is Markdown already, written by our own code and never by a person.

    Texts of people inside it must have gone through `escape`. Several lines (a list) must stand alone on
    their line of the letter.
    """

    __slots__ = ()


def escape(text: str) -> Markdown:
    """In: a person's words. Out: one line of Markdown that shows exactly them."""
    return Markdown(re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", " ".join(clean(text).split())))


def link(text: str, url: str) -> Markdown:
    """Out: Markdown for a link whose text says what it does."""
    return Markdown("[{}](<{}>)".format(escape(text), re.sub(r"[<>\\\s]", "", url)))


def bullets(items: Iterable[str | Markdown]) -> Markdown:
    """Out: a list, one item a line; plain strings are escaped."""
    return Markdown("\n".join(f"- {i if isinstance(i, Markdown) else escape(i)}" for i in items))


@dataclass(frozen=True)
class Letter:
    """A finished letter: what the mail will say, twice, and its language (`et-easy` stays itself)."""

    subject: str
    text: str
    html: str
    language: str


@dataclass(frozen=True)
class Template:
    """A letter with its fields still open."""

    subject: str
    body: str
    fields: frozenset[str]
    name: str = ""

    def fill(self, values: Mapping[str, str], *, language: str) -> Letter:
        """In: a plain text (or `Markdown`) for each field. Out: the letter.

        Raises FieldMissing, and ValueRefused for a subject of two lines or a link that is not one.
        """
        if missing := sorted(self.fields - values.keys()):
            raise FieldMissing(self.name or self.subject, missing)
        subject = _fill_subject(self.subject, values)
        source, plain = _mark(self.body, values)
        tokens = put_values(_fresh(_parsed(source)), plain)
        html = html_page(tokens, subject=subject, language=language.removesuffix("-easy"))
        return Letter(subject, plain_text(tokens), html, language)


@lru_cache(maxsize=32)
def _parsed(source: str) -> tuple[Token, ...]:
    """Read Markdown once: a thousand letters of one kind differ only in the values behind their marks."""
    return tuple(MARKDOWN.parse(source))


def _fresh(tokens: Iterable[Token]) -> list[Token]:
    """Out: copies that may be written on."""
    return [
        Token(
            it.type, it.tag, it.nesting, dict(it.attrs), it.map, it.level,
            None if it.children is None else _fresh(it.children),
            it.content, it.markup, it.info, it.meta, it.block, it.hidden,
        )
        for it in tokens
    ]  # fmt: skip


def read_letter(text: str, *, name: str = "") -> Template:
    """In: a letter file's text, and its name for messages. Raises LetterUnreadable."""
    subject, body = _split(text)
    findings = _faults(subject, body)
    if findings:
        raise LetterUnreadable(findings)
    return Template(subject, body, frozenset(_NAME.findall(f"{subject}\n{body}".replace("{{", ""))), name)


def check_letter(text: str, allowed: set[str]) -> list[str]:
    """In: a letter file's text and the names it may use. Out: a sentence for each fault, with its remedy."""
    subject, body = _split(text)
    findings = _faults(subject, body)
    for name in sorted(set(_NAME.findall(f"{subject}\n{body}".replace("{{", ""))) - allowed):
        near = difflib.get_close_matches(name, sorted(allowed), n=1)
        hint = (
            f"did you mean {{{near[0]}}}?" if near else f"use one of {', '.join(sorted(allowed)) or 'none'}."
        )
        findings.append(f"{{{name}}} is not a field of this letter: {hint}")
    return findings


def clean(text: str) -> str:
    r"""Out: the text with `\n` as its only line end, and without control and text-direction characters."""
    return _CONTROLS.sub("", _LINE_ENDS.sub("\n", text))


def _split(text: str) -> tuple[str, str]:
    """Out: the subject ("" if there is none) and the body."""
    first, _, rest = clean(text.removeprefix("\ufeff")).lstrip("\n").partition("\n")
    subject = first[2:].strip() if first.startswith("# ") else ""
    return subject, rest.strip("\n") + "\n" if rest.strip() else ""


def _faults(subject: str, body: str) -> list[str]:
    findings = []
    if not subject:
        findings.append("The first line must be '# ' and the subject.")
    if len(subject) > LONGEST_SUBJECT:
        findings.append(f"The subject is {len(subject)} characters long: keep it under {LONGEST_SUBJECT}.")
    if not body:
        findings.append("The letter has no body: write it after a blank line.")
    findings += [
        f"{found[:40]!r} is not a field: write {{name}}, or {{{{ and }}}} for braces."
        for found in _TOKEN.findall(f"{subject}\n{body}")
        if found not in ("{{", "}}") and not _NAME.fullmatch(found)
    ]
    if re.search(r"^ {0,3}#(\s|$)", body, re.MULTILINE) or re.search(r"\S\n {0,3}=+\s*$", body, re.MULTILINE):
        findings.append("The body has a main heading: the subject is the only one, use '## ' below it.")
    if IMAGE.search(body):
        findings.append("The letter has an image: say it in words, mail programs block images.")
    if tag := _TAG.search(body):
        findings.append(f"{tag[0][:40]!r} is HTML, which a letter shows as it stands: use Markdown.")
    return findings


def _fill_subject(subject: str, values: Mapping[str, str]) -> str:
    def value(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        name = match[0][1:-1]
        if isinstance(values[name], Markdown):
            raise ValueRefused(name, "a subject is plain text, not Markdown.")
        if _LINE_ENDS.search(values[name]):
            raise ValueRefused(name, "a subject is one line.")
        return clean(values[name])

    return " ".join(_TOKEN.sub(value, subject).split())


def _mark(body: str, values: Mapping[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """Out: the body with marks for plain values and Markdown put in; the names and values in their order."""
    plain: list[tuple[str, str]] = []

    def mark(match: re.Match[str]) -> str:
        if match[0] in ("{{", "}}"):
            return match[0][0]
        name = match[0][1:-1]
        value = clean(values[name])
        if not isinstance(values[name], Markdown):
            plain.append((name, value.expandtabs(4).strip()))
            return f"\ue000{len(plain) - 1}\ue001"
        line = body[body.rfind("\n", 0, match.start()) + 1 : body.find("\n", match.end())]
        if "\n" in value and line.strip() != match[0]:
            raise ValueRefused(name, "it has several lines, so the letter must give it a line of its own.")
        return value

    return _TOKEN.sub(mark, body), plain
