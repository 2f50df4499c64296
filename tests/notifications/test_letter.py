from __future__ import annotations

import os
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.calendar import request
from notifications.errors import FieldMissing, LetterUnreadable, ValueRefused
from notifications.letter import Markdown, bullets, check_letter, clean, escape, link, read_letter
from tests.notifications import cast

HERE = Path(__file__).parent
VALUES = {
    "title": "Metsa tee 4 & Kase 1",
    "name": "Mart Mets",
    "deadline": "3. veebruar 2027 (Eesti aeg)",
    "link": "https://kaasa.example/v/abc?keel=et&samm=1",
    "address": "aino@naidisvald.example",
    "phone": "+372 5555 0100",
    "documents": bullets(
        [link("Joonis 1 (PDF, 2 MB)", "https://kaasa.example/d/1"), "Seletuskiri *lühidalt*"],
    ),
    "quote": "Esimene rida\n# teine rida\n\n- kolmas rida",
    "sender": "Aino Kask\nplaneerija\n+372 5555 0100",
}
HOSTILE = '"><img src=x onerror=alert(1)> **b** [x](javascript:alert(1)) `c` &amp; <b>\n# h\n> q\n- l\n1. n\n    code'


class _Page(HTMLParser):
    """What a reader of the page sees and can press."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]
        assert not [name for name, _ in attrs if name.startswith("on") or name == "src"]

    def handle_data(self, data: str) -> None:
        self.words += data


def matches(name: str, made: str) -> bool:
    """Compare with the snapshot; `KAASA_RENEW_SNAPSHOTS=1` writes it anew, to be read before it is committed."""
    path = HERE / "snapshots" / name
    if os.environ.get("KAASA_RENEW_SNAPSHOTS"):
        path.write_bytes(made.encode())
    return path.read_bytes().decode() == made


@pytest.mark.parametrize("language", ["et", "et-easy", "en", "ru"])
def test_a_letter_reads_as_it_was_last_approved(language: str) -> None:
    template = read_letter((HERE / f"letters/invitation.{language}.md").read_text("utf-8"))
    letter = template.fill(VALUES, language=language)
    assert matches(f"invitation.{language}.txt", f"Subject: {letter.subject}\n\n{letter.text}")
    assert matches(f"invitation.{language}.html", letter.html)


def test_an_invitation_is_byte_for_byte_the_mail_last_approved() -> None:
    template = read_letter((HERE / "letters/invitation.et.md").read_text("utf-8"))
    letter = template.fill(VALUES, language="et")
    made = cast.mail(request(cast.EVENT), "REQUEST", letter=letter, reply_to=cast.REPLY)
    assert matches("invitation.et.eml", made.decode("ascii"))


def test_the_page_has_one_heading_its_language_and_every_fact_of_the_text() -> None:
    letter = read_letter((HERE / "letters/invitation.et.md").read_text("utf-8")).fill(
        VALUES, language="et-easy"
    )
    page = _Page(letter.html)
    assert page.tags.count("h1") == 1
    assert '<html lang="et">' in letter.html
    for word in ("3. veebruar 2027 (Eesti aeg)", "Vasta veebis", "+372 5555 0100", "# teine rida", "{ ja }"):
        assert word in page.words
        assert word in letter.text
    for target in ("https://kaasa.example/v/abc?keel=et&samm=1", "https://kaasa.example/d/1"):
        assert target in page.links
        assert f": {target}" in letter.text
    assert "mailto:aino@naidisvald.example" in page.links
    assert "Kirjuta planeerijale: aino@naidisvald.example" in letter.text


def test_a_value_never_becomes_markup() -> None:
    template = read_letter(
        "# T\n\n## {a}\n\n{a} and *{a}* and `{a}`\n\n> {a}\n\n- {a}\n\n[{a}](https://x.example)\n"
    )
    letter = template.fill({"a": HOSTILE}, language="en")
    page = _Page(letter.html)
    frame = {"html", "head", "meta", "title", "body", "main", "h1"}
    assert set(page.tags) <= frame | {"h2", "p", "em", "code", "blockquote", "ul", "li", "a", "br"}
    assert page.links == ["https://x.example"]
    assert "onerror=alert(1)" in page.words
    assert "&amp;" in page.words


@given(st.dictionaries(st.sampled_from(["a", "b"]), st.text(), min_size=2))
def test_any_text_stands_in_a_letter_as_it_was_written(values: dict[str, str]) -> None:
    letter = read_letter("# T\n\nx{a}x **{b}** y\n").fill(values, language="en")
    expected = " ".join(
        f"x{clean(values['a']).expandtabs(4).strip()}x {clean(values['b']).expandtabs(4).strip()} y".split()
    )
    assert " ".join(letter.text.split()) == expected
    assert " ".join(_Page(letter.html.partition("<p")[2].join(["<p", ""])).words.split()) == expected


@given(st.text())
def test_escaped_text_shows_exactly_itself_in_one_line(words: str) -> None:
    letter = read_letter("# T\n\nx {a} y\n").fill({"a": escape(words)}, language="en")
    assert letter.text.split() == ["x", *clean(words).split(), "y"]


@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\x85", "\u2028", "\u2029", "\v", "\f"])
def test_a_subject_of_two_lines_is_refused(end: str) -> None:
    with pytest.raises(ValueRefused, match="one line"):
        read_letter("# {a}\n\nText\n").fill({"a": f"Kutse{end}Bcc: x@y.example"}, language="et")


def test_markdown_is_refused_in_a_subject_and_a_list_inside_a_sentence() -> None:
    with pytest.raises(ValueRefused, match="plain text"):
        read_letter("# {a}\n\nText\n").fill({"a": Markdown("*x*")}, language="et")
    with pytest.raises(ValueRefused, match="line of its own"):
        read_letter("# T\n\nDocuments: {a}\n").fill({"a": bullets(["x", "y"])}, language="et")


@pytest.mark.parametrize(
    "url", ["javascript:alert(1)", "//x.example", "data:text/html,x", "", "https://x.example/ y"]
)
def test_a_link_that_is_not_web_mail_or_telephone_is_refused_by_its_field(url: str) -> None:
    with pytest.raises(ValueRefused, match=r"\{url\}"):
        read_letter("# T\n\n[Ava]({url})\n").fill({"url": url}, language="et")


def test_a_missing_field_is_named_with_its_letter() -> None:
    template = read_letter("# {a}\n\n{b} {c}\n", name="invitation.et.md")
    assert template.fields == {"a", "b", "c"}
    with pytest.raises(FieldMissing, match=r"'invitation\.et\.md' needs b, c"):
        template.fill({"a": "x"}, language="et")


def test_a_field_given_but_not_used_is_no_fault() -> None:
    assert read_letter("# T\n\nText\n").fill({"a": "x"}, language="et").subject == "T"


@pytest.mark.parametrize(
    ("text", "finding"),
    [
        ("", "first line"),
        ("Subject\n\nText", "first line"),
        ("# \n\nText", "first line"),
        ("# T\n", "no body"),
        ("# T\n\n{Name}", "not a field"),
        ("# T\n\n{a b}", "not a field"),
        ("# T\n\n{a.__class__}", "not a field"),
        ("# T\n\n{a", "not a field"),
        ("# T\n\na}", "not a field"),
        ("# T\n\n# Second", "main heading"),
        ("# T\n\nSecond\n===", "main heading"),
        ("# T\n\n![x](https://x.example/p.gif)", "image"),
        ("# T\n\n<script>x</script>", "HTML"),
        ("# " + "T" * 200 + "\n\nText", "200 characters"),
    ],
)
def test_what_is_no_letter_is_found_with_a_remedy(text: str, finding: str) -> None:
    assert any(finding in found for found in check_letter(text, set()))
    with pytest.raises(LetterUnreadable, match=finding):
        read_letter(text)


def test_a_field_that_no_letter_of_this_kind_has_is_found_with_a_hint() -> None:
    text = "# {titel}\n\n{deadline} {{name}}\n"
    assert check_letter(text, {"title", "deadline"}) == [
        "{titel} is not a field of this letter: did you mean {title}?"
    ]
    assert check_letter(text, {"titel", "deadline"}) == []


@given(st.text(), st.sets(st.text(min_size=1)))
def test_checking_any_text_gives_sentences_and_never_an_error(text: str, allowed: set[str]) -> None:
    assert all(isinstance(finding, str) and finding for finding in check_letter(text, allowed))


def test_an_empty_value_leaves_no_gap_that_breaks_the_letter() -> None:
    letter = read_letter("# T {a}\n\n{a}\n\nText {a}.\n").fill({"a": ""}, language="et")
    assert (letter.subject, letter.text) == ("T", "Text .\n")
