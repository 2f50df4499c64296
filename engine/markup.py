"""XML from people: read without entities, network or document types, and within sizes a diagram never needs.

A parser sniffs encodings, so UTF-16 or UTF-7 would walk past a look at the bytes: only UTF-8 is read.
"""

from __future__ import annotations

from lxml import etree

from engine.errors import MarkupRefused

LARGEST_FILE = 1_000_000  # bytes
MOST_ELEMENTS = 5_000  # a drawing of 150 steps has about 2,500
LONGEST_TEXT = 4_000
# Control characters and those that turn the reading direction hide what a sentence says.
_HIDDEN = {
    *range(0x09),
    0x0B,
    0x0C,
    *range(0x0E, 0x20),
    0x7F,
    *range(0x202A, 0x202F),
    *range(0x2066, 0x206A),
}
_HIDDEN |= {0x200B, 0x200E, 0x200F, 0xFEFF}


def read_xml(source: str | bytes) -> etree._Element:
    """Out: the root element. Errors: MarkupRefused, whatever the bytes."""
    data = source.encode("utf-8", "surrogatepass") if isinstance(source, str) else source
    if len(data) > LARGEST_FILE:
        raise MarkupRefused(
            f"the file is over {LARGEST_FILE // 1000} kB; split the process or remove pictures."
        )
    text = _utf8(data.removeprefix(b"\xef\xbb\xbf"))
    head = text.lower()
    if "<!doctype" in head or "<!entity" in head:
        raise MarkupRefused(
            "the file declares a document type or entities; save it again from the drawing tool."
        )
    body = text.lstrip()
    if body.startswith("<?xml"):
        declaration, _, body = body.partition("?>")
        if "encoding" in declaration and "utf-8" not in declaration.lower():
            raise MarkupRefused("the file is not declared as UTF-8; save it again from the drawing tool.")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, dtd_validation=False, huge_tree=False,
        remove_comments=True, remove_pis=False,
    )  # fmt: skip
    try:
        root = etree.fromstring(body.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise MarkupRefused(f"the file is not well-formed XML ({_short(error)}); save it again.") from error
    _measure(root)
    return root


def local(element: etree._Element) -> str:
    """Out: the name of an element without its namespace."""
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _utf8(data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise MarkupRefused("the file is not UTF-8; save it again from the drawing tool.") from error


def _measure(root: etree._Element) -> None:
    for count, element in enumerate(root.iter(), start=1):
        if count > MOST_ELEMENTS:
            raise MarkupRefused(f"the file has over {MOST_ELEMENTS} elements; split the process.")
        if not isinstance(element.tag, str):
            raise MarkupRefused(
                "the file carries a processing instruction; save it again from the drawing tool."
            )
        for value in (element.text, element.tail, *element.attrib.values()):
            if value and len(value) > LONGEST_TEXT:
                raise MarkupRefused(
                    f"a text in <{local(element)}> is over {LONGEST_TEXT} characters; shorten it."
                )
            if value and any(ord(letter) in _HIDDEN for letter in value):
                raise MarkupRefused(
                    f"a text in <{local(element)}> holds hidden control characters; retype it."
                )


def _short(error: Exception) -> str:
    return str(error).splitlines()[0][:120]
