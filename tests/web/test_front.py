"""The front page and the feeds: what can be said now, what comes, what was decided; in three languages."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import icalendar
import pytest
from lxml import etree

from processes.consultation import ENDED
from tests.processes.public_scene import AFTER, CLOSES, DURING, OPENS
from tests.web.public_house import NUMBER, House, house

ATOM = "{http://www.w3.org/2005/Atom}"


@pytest.fixture
def public(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("et", "Praegu saab arvamust avaldada"),
        ("en", "You can speak now"),
        ("ru", "Сейчас можно высказаться"),
    ],
)
def test_each_language_says_it_in_its_own_words_and_marks_estonian_text(
    public: House, language: str, words: str
) -> None:
    text = public.get(f"/{language}/")
    assert words in text
    assert "Kooli tänava ristmik" in text
    assert ('lang="et">Kooli' in text) == (language != "et")


def test_a_case_wanders_from_coming_to_open_to_under_way_to_decided(public: House) -> Any:
    def part(text: str) -> str:
        places = {name: text.index(f'id="{name}"') for name in ("open", "upcoming", "decided")}
        return max((name for name in places if places[name] < text.index(NUMBER)), key=places.__getitem__)

    public.at(OPENS - timedelta(days=1))
    assert part(public.get("/et/")) == "upcoming"
    public.at(DURING)
    assert part(public.get("/et/")) == "open"
    public.at(AFTER)
    assert part(public.get("/et/")) == "upcoming"
    with public.scene.write() as session:
        case = public.scene.case(session)
        case.state, case.ended_at, case.end_element = ENDED, AFTER, "closed"
        session.add(case)
    assert part(public.get("/et/")) == "decided"


def test_the_last_moment_is_told_as_people_say_it(public: House) -> None:
    assert "esmaspäev, 18. jaanuar 2027 kell 24.00 (Eesti aeg)" in public.get("/et/")
    public.at(CLOSES)
    assert "täna on viimane päev" in public.get("/et/")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("KOOLI", True),
        ("tänava ülekäik", True),
        ("õ", False),
        ("kuu", False),
        ("%", False),
        ("'; drop", False),
    ],
)
def test_search_finds_words_anywhere_and_takes_any_character_as_itself(
    public: House, words: str, found: bool
) -> None:
    text = public.client.get("/et/", params={"q": words}).text
    assert (f"/et/case/{NUMBER}" in text) == found


@pytest.mark.parametrize("page", ["0", "-1", "9999999999999", "x", "²", ""])
def test_a_page_that_is_no_page_shows_the_first(public: House, page: str) -> None:
    assert public.client.get("/et/", params={"page": page}).status_code == 200


def test_an_overlong_search_is_cut_and_not_broken(public: House) -> None:
    assert public.client.get("/et/", params={"q": "õ" * 5000}).status_code == 200


def test_a_search_by_htmx_brings_the_results_alone(public: House) -> None:
    answer = public.client.get("/et/", params={"q": "kooli"}, headers={"HX-Request": "true"})
    assert answer.text.strip().startswith('<div id="results">')
    assert "<html" not in answer.text


def test_nothing_to_show_says_what_will_appear_here(public: House) -> None:
    with public.scene.write() as session:
        case = public.scene.case(session)
        case.published_at = None
        session.add(case)
    text = public.get("/et/")
    assert "kaasa-empty" in text
    assert NUMBER not in text


@pytest.mark.parametrize("path", ["/en/feed.atom", f"/en/case/{NUMBER}/feed.atom"])
def test_the_feed_is_what_rfc_4287_asks_for(public: House, path: str) -> None:
    public.publish_one()
    answer = public.client.get(path)
    assert answer.headers["content-type"].startswith("application/atom+xml")
    feed = etree.fromstring(answer.content)
    for name in ("id", "title", "updated", f"author/{ATOM}name"):
        assert feed.findtext(f"{ATOM}{name}")
    itself = [it.get("href") for it in feed.findall(f"{ATOM}link") if it.get("rel") == "self"]
    assert itself == [f"https://kaasa.example{path}"]
    entries = feed.findall(f"{ATOM}entry")
    ids, times, titles = (
        [entry.findtext(f"{ATOM}{name}", "") for entry in entries] for name in ("id", "updated", "title")
    )
    assert len(set(ids)) == len(ids) >= 3
    assert times == sorted(times, reverse=True)
    assert "Document added: Seletuskiri" in titles
    assert "1 opinion was answered" in titles


def test_a_feed_unchanged_is_not_sent_again(public: House) -> None:
    first = public.client.get("/et/feed.atom")
    again = public.client.get("/et/feed.atom", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    public.publish_one()
    assert public.client.get("/et/feed.atom").headers["etag"] != first.headers["etag"]


def test_the_calendar_holds_the_last_day_and_the_meeting_and_gives_the_same_bytes_twice(
    public: House,
) -> None:
    with public.scene.write() as session:
        public.scene.add_meeting(session)
    answer = public.client.get(f"/et/case/{NUMBER}/calendar.ics")
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert len(events) == 2
    assert any(
        "Avalik arutelu" in str(it["SUMMARY"]) or "avalik arutelu" in str(it["SUMMARY"]) for it in events
    )
    assert b"ATTENDEE" not in answer.content
    assert public.client.get(f"/et/case/{NUMBER}/calendar.ics").content == answer.content
    assert public.client.get("/et/calendar.ics").status_code == 200


@pytest.mark.parametrize("path", ["/et/case/dp-1/feed.atom", "/et/case/dp-1/calendar.ics", "/et/case/dp-1"])
def test_feeds_of_an_unknown_case_are_not_found(public: House, path: str) -> None:
    public.get(path, 404)
