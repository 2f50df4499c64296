"""How a generated page is put together: headings, sentences and tables of Markdown."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Iterable, Sequence

COMMAND = "python3 -m docs.reference.generate"


def page(title: str, source: str, *parts: str) -> str:
    """In: the title, where the facts come from, and the parts in order. Out: the whole page."""
    note = f"Written from {source} by `{COMMAND}`; change the code, not this page."
    return "\n\n".join([f"# {title}", note, *(it.strip("\n") for it in parts if it)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Out: a Markdown table; an upright bar in a cell does not end it."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(_cell(it) for it in line) + " |" for line in lines)


def docstring(thing: object) -> str:
    """Out: a docstring as a paragraph or more, code in double backticks made single."""
    return (inspect.getdoc(thing) or "").strip()


def first_sentence(thing: object) -> str:
    """Out: the first paragraph of a docstring, on one line."""
    return " ".join(docstring(thing).split("\n\n", 1)[0].split())


def field_words(kind: type) -> dict[str, str]:
    """Out: what stands as a string under each field of a class, by the field's name."""
    body = ast.parse(textwrap.dedent(inspect.getsource(kind))).body[0]
    if not isinstance(body, ast.ClassDef):
        raise TypeError(f"{kind.__name__} is not written as a class")
    found: dict[str, str] = {}
    for node, after in zip(body.body, [*body.body[1:], None], strict=True):
        if not (isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)):
            continue
        if isinstance(after, ast.Expr) and isinstance(after.value, ast.Constant):
            found[node.target.id] = " ".join(str(after.value.value).split())
    return found


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
