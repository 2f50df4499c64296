"""How a parsed letter becomes an HTML page and a plain text that say the same things.

One column, one main heading, the language on the page, links underlined and described: WCAG 2.2 AA as far
as mail programs let it. Nothing is loaded from anywhere.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape as escape_html

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from notifications.errors import ValueRefused

MARKS = "[\ue000\ue001]"
IMAGE = re.compile(r"!\[[^\]]*\]\(")
_MARK = re.compile("\ue000([0-9]+)\ue001")
_LINK = re.compile(r"(https?://|mailto:|tel:)[^\s\"<>\\\x00-\x1f]+", re.IGNORECASE)
_STYLES = {
    "h2_open": "font-size:1.15em;margin:1.6em 0 .4em",
    "h3_open": "font-size:1em;margin:1.4em 0 .3em",
    "p_open": "margin:0 0 1em",
    "blockquote_open": "margin:0 0 1em;padding:.2em 0 .2em 1em;border-left:4px solid #767676",
    "a_open": "color:#0b4f8a;text-decoration:underline",
}
_PAGE = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{subject}</title>
</head>
<body style="margin:0;padding:1em;background:#ffffff;color:#1b1b1b;\
font:1em/1.5 Arial,Helvetica,sans-serif">
<main style="display:block;max-width:40em;margin:0 auto">
<h1 style="font-size:1.4em;line-height:1.3;margin:0 0 1em">{subject}</h1>
{body}</main>
</body>
</html>
"""


def _parser() -> MarkdownIt:
    parser = MarkdownIt("commonmark", {"html": False}).disable(
        ["image", "html_block", "html_inline", "entity"]
    )
    # Links are checked after the values are in; before that they hold marks, which must stay whole.
    parser.normalizeLink = lambda url: url  # type: ignore[method-assign]
    parser.normalizeLinkText = lambda link: link  # type: ignore[method-assign]
    parser.validateLink = bool  # type: ignore[method-assign, assignment]
    return parser


MARKDOWN = _parser()


def put_values(tokens: list[Token], values: Sequence[tuple[str, str]]) -> list[Token]:
    """In: parsed tokens with marks, the name and value behind each mark. Out: the tokens with the values.

    A value's line ends become line breaks in running text and spaces in headings and links.
    Raises ValueRefused for a link that is neither web, mail nor telephone.
    """
    in_heading = False
    for token in tokens:
        if token.type == "heading_open":
            in_heading = True
        elif token.type == "heading_close":
            in_heading = False
        elif token.type in ("fence", "code_block"):
            token.content = _MARK.sub(lambda m: values[int(m[1])][1], token.content)
        elif token.children is not None:
            token.children = _inline(token.children, values, breaks=not in_heading)
    return tokens


def _inline(children: list[Token], values: Sequence[tuple[str, str]], *, breaks: bool) -> list[Token]:
    out: list[Token] = []
    depth = 0
    for child in children:
        if child.type == "link_open":
            depth += 1
            child.attrs["href"] = _href(str(child.attrs.get("href", "")), values)
            child.attrs.pop("title", None)
        depth -= child.type == "link_close"
        if child.type not in ("text", "code_inline"):
            out.append(child)
            continue
        content = _MARK.sub(lambda m: values[int(m[1])][1], child.content)
        if child.type == "code_inline" or depth or not breaks:
            child.content = " ".join(content.split("\n"))
            out.append(child)
            continue
        for number, line in enumerate(content.split("\n")):
            if number:
                out.append(Token("hardbreak", "br", 0))
            out.append(Token("text", "", 0, content=line))
    return out


def _href(href: str, values: Sequence[tuple[str, str]]) -> str:
    named = [values[int(m[1])][0] for m in _MARK.finditer(href)]
    url = _MARK.sub(lambda m: values[int(m[1])][1], href)
    if not _LINK.fullmatch(url):
        raise ValueRefused(named[0] if named else href, f"{url[:80]!r} is not a web, mail or telephone link.")
    return url


def html_page(tokens: list[Token], *, subject: str, language: str) -> str:
    """Out: a whole HTML page; `language` is a BCP 47 tag."""
    for token in tokens:
        _style(token)
    body = MARKDOWN.renderer.render(tokens, MARKDOWN.options, {})
    return _PAGE.format(language=escape_html(language), subject=escape_html(subject), body=body)


def _style(token: Token) -> None:
    if style := _STYLES.get(f"{token.tag}_open") if token.nesting == 1 else None:
        token.attrs["style"] = style
    for child in token.children or ():
        _style(child)


def plain_text(tokens: list[Token]) -> str:
    """Out: the same letter as plain text: links as "text: URL", lists with "- ", quotes with "> "."""
    return "\n\n".join(_blocks(SyntaxTreeNode(tokens).children)) + "\n"


def _blocks(nodes: Sequence[SyntaxTreeNode]) -> list[str]:
    return [block for node in nodes if (block := _block(node))]


def _block(node: SyntaxTreeNode) -> str:
    if node.type in ("paragraph", "heading"):
        return "".join(_run(child) for child in node.children[0].children)
    if node.type == "blockquote":
        return "\n".join(f"> {line}".rstrip() for line in "\n\n".join(_blocks(node.children)).split("\n"))
    if node.type in ("bullet_list", "ordered_list"):
        first = int(str(node.attrs.get("start", 1)))
        return "\n".join(
            _item(item, "- " if node.type == "bullet_list" else f"{first + place}. ")
            for place, item in enumerate(node.children)
        )
    return "-----" if node.type == "hr" else node.content.rstrip("\n")


def _item(node: SyntaxTreeNode, bullet: str) -> str:
    return bullet + "\n".join(_blocks(node.children)).replace("\n", "\n" + " " * len(bullet))


def _run(node: SyntaxTreeNode) -> str:
    if node.type in ("text", "code_inline"):
        return node.content
    if node.type in ("softbreak", "hardbreak"):
        return " " if node.type == "softbreak" else "\n"
    inner = "".join(_run(child) for child in node.children)
    if node.type != "link":
        return inner
    url = str(node.attrs["href"])
    shown = re.sub("^(mailto|tel):", "", url, flags=re.IGNORECASE)
    return shown if inner.strip() in ("", url, shown) else f"{inner}: {shown}"
