"""Every sentence of the interface is said in Estonian and Russian, and once only in each."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from tests.web.messages import untranslated
from web import i18n, sentences

PLACEHOLDER = re.compile(r"%\(\w+\)s|\{\w+\}")
FILES = sorted(i18n.LOCALE.glob("*/LC_MESSAGES/*.po"))


@pytest.mark.parametrize("language", ["et", "ru"])
def test_every_message_is_translated(language: str) -> None:
    assert untranslated(language) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: "/".join(path.parts[-3::2]))
def test_a_file_of_messages_is_whole(path: Path) -> None:
    with path.open("rb") as file:
        catalogue = read_po(file, locale=path.parts[-3], abort_invalid=True)
    for message in catalogue:
        if not message.id:
            continue
        forms = [
            str(it)
            for it in ([message.string] if isinstance(message.string, str) else message.string or [""])
        ]
        assert not message.fuzzy, f"{message.id!r} is marked fuzzy: look at it and take the mark away"
        assert all(form.strip() for form in forms), f"{message.id!r} has an empty translation"
        if not isinstance(message.id, str):
            assert len(forms) == {"et": 2, "en": 2, "ru": 3}[path.parts[-3]], message.id
        else:
            assert placeholders(message.id) == placeholders(forms[0]), message.id


@pytest.mark.parametrize("language", ["et", "ru"])
def test_the_same_message_is_not_translated_in_two_ways(language: str) -> None:
    said: dict[object, tuple[object, str]] = {}
    for path in FILES:
        if path.parts[-3] != language:
            continue
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    before = said.setdefault(message.id, (message.string, path.name))
                    assert before[0] == message.string, (
                        f"{message.id!r} differs in {before[1]} and {path.name}"
                    )


def test_every_sentence_of_a_code_can_be_filled_in_every_language() -> None:
    for code, text in sentences.sentences().items():
        wanted = placeholders(text)
        for language in i18n.LANGUAGES:
            assert placeholders(i18n.catalogue(language).gettext(text)) == wanted, code


def placeholders(text: str) -> set[str]:
    return set(PLACEHOLDER.findall(text))
