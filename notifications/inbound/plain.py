"""HTML mail as plain words. Linear in its length: each character is looked at once, nothing is fetched."""

from __future__ import annotations

import html
import re

TAGS = 60_000
_BREAKS = {
    "p", "div", "br", "tr", "li", "ul", "ol", "table", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "section", "article",
    "header", "footer", "pre", "dt", "dd",
}  # fmt: skip
_SILENT = {"script", "style", "head", "title", "template", "noscript", "svg", "object"}
_QUOTES = re.compile(
    r"gmail_quote|gmail_extra|yahoo_quoted|moz-cite-prefix|protonmail_quote|divRplyFwdMsg|OLK_SRC|appendonsend"
)
_NAME = re.compile(r"/?([a-zA-Z][a-zA-Z0-9]{0,20})")


def text(source: str) -> str:
    """In: HTML. Out: its words; a quoted letter's lines begin with `> `, so that it can be cut and shown."""
    return _Reading().read(source)


class _Reading:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.line: list[str] = []
        self.quoted: list[str] = []
        self.endless: set[str] = set()

    def read(self, source: str) -> str:
        at, tags, lower = 0, 0, source.lower()
        while at < len(source):
            opens = source.find("<", at)
            if opens < 0 or tags >= TAGS:
                self._say(source[at:])
                break
            self._say(source[at:opens])
            tags += 1
            if source.startswith("<!--", opens):
                closes = source.find("-->", opens)
                at = closes + 3 if closes >= 0 else len(source)
                continue
            closes = source.find(">", opens)
            if closes < 0:
                self._say(source[opens:])
                break
            at = self._tag(source[opens + 1 : min(closes, opens + 600)], closes + 1, lower)
        self._break()
        return re.sub(r"\n{3,}", "\n\n", "\n".join(self.lines)).strip()

    def _tag(self, inner: str, after: int, lower: str) -> int:
        match = _NAME.match(inner)
        if match is None:
            return after
        name, ending = match[1].lower(), inner.startswith("/")
        if name in _SILENT and not ending:
            closes = -1 if name in self.endless else lower.find(f"</{name}", after)
            if closes < 0:
                self.endless.add(name)  # looked for once: every search is to the end
            return closes if closes >= 0 else after
        if name in _BREAKS or name == "blockquote":
            self._break(blank=name == "p" and not ending)
        if name == "li" and not ending:
            self.line.append("- ")
        if name == "td" and not ending:
            self.line.append(" ")
        self._quote(name, inner, ending=ending)
        return after

    def _quote(self, name: str, inner: str, *, ending: bool) -> None:
        """A quoted block ends where its own element does; elements of the same name inside are counted."""
        if ending:
            if self.quoted and self.quoted[-1] == name:
                self.quoted.pop()
        elif not inner.rstrip().endswith("/") and (
            name == "blockquote" or (name == "div" and (self.quoted or _QUOTES.search(inner)))
        ):
            self.quoted.append(name)

    def _say(self, words: str) -> None:
        if words:
            self.line.append(html.unescape(re.sub(r"[ \t\r\n]+", " ", words)))

    def _break(self, *, blank: bool = False) -> None:
        said = " ".join("".join(self.line).replace("\xa0", " ").split())
        self.line.clear()
        if said or (self.lines and (blank or self.lines[-1].strip("> "))):
            self.lines.append(("> " if self.quoted else "") + said)
