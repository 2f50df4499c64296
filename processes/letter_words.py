"""The fixed words that stand in every letter, whoever wrote it: a greeting, headings, who decides, the last line."""

from dataclasses import replace
from functools import lru_cache

from notifications.letter import Template
from processes.words import spoken

GREETINGS = {"et": "Tere", "en": "Hello", "ru": "Здравствуйте"}
ABOUT = {
    "et": ("Mida kavatakse", "Mis on veel lahtine", "Mis on juba otsustatud"),
    "et-easy": ("Mis on plaan", "Mille kohta saate arvamust öelda", "Mis on juba otsustatud"),
    "en": ("What is planned", "What is still open", "What has been decided"),
    "ru": ("Что планируется", "Что ещё не решено", "Что уже решено"),
}
DECIDERS = {
    ("council", "en"): "the municipal council",
    ("government", "en"): "the municipal government",
    ("council", "ru"): "волостное собрание",
    ("government", "ru"): "волостная управа",
    ("council", "ru", "linn"): "городское собрание",
    ("government", "ru", "linn"): "городская управа",
}
OWN_PAGE = {
    "et": "Kõik meie küsimused teile, kalender ja see, kuidas te kirju soovite: [avage oma ühenduse leht]({own_page})",
    "et-easy": "Kas saadame teile liiga palju kirju? [Valige, kuidas me teile kirjutame]({own_page})",
    "en": "All our requests to you, a calendar, and how you want your letters: [open your organisation's page]({own_page})",
    "ru": "Все наши запросы к вам, календарь и то, как вы хотите получать письма: "
    "[откройте страницу вашего объединения]({own_page})",
}
"""The last line of a letter to an organisation's own address."""


@lru_cache(maxsize=256)
def footed(template: Template, variant: str) -> Template:
    """A letter with its reader's own page named at the end, whoever wrote the letter and whenever."""
    said = OWN_PAGE.get(variant) or OWN_PAGE[spoken(variant)]
    return replace(template, body=f"{template.body}\n{said}\n", fields=template.fields | {"own_page"})
