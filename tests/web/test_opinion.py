"""A resident's form: every bad input is a sentence in the reader's language, and what was typed stays."""

import io
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from processes.actions.opinion import token_of
from processes.feedback import LATE_WAITING, RECEIVED, UNCONFIRMED, WITHDRAWN
from tests.processes.public_scene import AFTER, CLOSES, OPENS, PDF
from tests.web.public_house import NUMBER, House, house, one

FORM = f"/case/{NUMBER}/opinion"
GOOD = {
    "text": "Palun jätke pingid.",
    "author": "person",
    "name": "Mari Maasikas",
    "email": "mari@post.example",
}
NAMELESS = {"text": "Palun jätke pingid.", "author": "anonymous", "name": "", "email": ""}


@pytest.fixture
def public(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def send(public: House, values: dict[str, Any], *, language: str = "et", **more: Any) -> Any:
    return public.send(f"/{language}{FORM}", f"/{language}{FORM}", values, **more)


def opinions(public: House) -> Any:
    with public.scene.database.session() as session:
        rows = public.scene.opinions(session)
        session.expunge_all()
        return rows


def link(public: House, language: str = "et") -> str:
    (row,) = opinions(public)
    return f"/{language}/confirm/{token_of(public.kaasa.links, row)}"


def zip_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("word/document.xml", b"0" * 30_000_000)
    return packed.getvalue()


def test_a_good_opinion_leads_to_a_receipt_and_asks_for_confirmation(public: House) -> None:
    answer = send(public, GOOD)
    assert answer.status_code == 200
    assert "/receipt/" in str(answer.url)
    assert "2027-1" in answer.text
    assert "kinnitage oma arvamus" in answer.text
    assert [row.state for row in opinions(public)] == [UNCONFIRMED]
    assert "mari@post.example" not in answer.text


def test_without_a_name_it_counts_at_once_and_the_receipt_holds_the_link(public: House) -> None:
    answer = send(public, NAMELESS)
    assert "Teie arvamus on käes" in answer.text
    assert one(r'href="(/et/confirm/[0-9a-f]+)"', answer.text) == link(public)
    assert opinions(public)[0].state == RECEIVED


def test_the_same_form_sent_twice_is_one_opinion(public: House) -> None:
    first = send(public, GOOD, key="k" * 24)
    second = send(public, GOOD, key="k" * 24)
    assert str(first.url) == str(second.url)
    assert len(opinions(public)) == 1


@pytest.mark.parametrize(
    ("language", "changes", "sentence"),
    [
        ("et", {"text": ""}, "Kirjutage arvamus või lisage fail."),
        ("ru", {"text": " \n "}, "Напишите мнение или добавьте файл."),
        ("en", {"text": "õ" * 20_001}, "This is too long; the most is 20000 characters."),
        ("et", {"email": "mari"}, "Kirjutage täielik e-posti aadress, näiteks nimi@naide.ee."),
        ("ru", {"email": "mari@"}, "Напишите полный адрес эл. почты, например imja@primer.ee."),
        ("et", {"author": "kuningas"}, "Palun valige üks pakutud vastustest."),
        (
            "en",
            {"name": ""},
            "Write your name or that of your association, or choose that you do not want to give it.",
        ),
        ("en", {"name": "n" * 121}, "This is too long; the most is 120 characters."),
    ],
)
def test_what_cannot_be_taken_is_said_in_the_readers_language_and_what_was_typed_stays(
    public: House, language: str, changes: dict[str, Any], sentence: str
) -> None:
    answer = send(public, {**GOOD, "name": "Mari Õunapuu", **changes}, language=language)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert 'class="govuk-error-summary"' in answer.text
    typed = {**GOOD, "name": "Mari Õunapuu", **changes}
    assert typed["text"].strip() in answer.text
    assert f'value="{typed["name"]}"' in answer.text
    assert f'value="{typed["email"]}"' in answer.text
    assert opinions(public) == []


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("pilt.exe", b"MZ\x90\x00", "Faili liiki „exe“ ei saa vastu võtta."),
        ("plaan.pdf", b"MZ\x90\x00 program", "Faili nime lõpp on „pdf“, aga sisu on midagi muud."),
        ("plaan.pdf", b"", "Fail on tühi."),
        ("leht.html", b"<html></html>", "Faili liiki „html“ ei saa vastu võtta."),
        ("suur.pdf", b"%PDF-" + b"0" * 10_000_001, "Fail on liiga suur, lubatud on kuni 10 MB."),
        ("pomm.docx", zip_bomb(), "Faili ei saanud kontrollida"),
    ],
)
def test_a_file_that_cannot_be_kept_is_named_and_the_text_stays(
    public: House, name: str, content: bytes, sentence: str
) -> None:
    answer = send(
        public, GOOD, files=[("hea.pdf", PDF, "application/pdf"), (name, content, "application/pdf")]
    )
    assert answer.status_code == 422
    assert name in answer.text
    assert sentence in answer.text
    assert "Palun jätke pingid." in answer.text
    assert "Brauser faile meeles ei pea" in answer.text
    assert opinions(public) == []


def test_more_than_the_body_may_hold_is_refused_by_a_sentence(public: House) -> None:
    big = [(f"{n}.pdf", b"%PDF-" + b"0" * 6_000_000, "application/pdf") for n in range(3)]
    answer = send(public, GOOD, files=big)
    assert answer.status_code == 413
    assert "12 MB" in answer.text


def test_six_files_are_one_too_many(public: House) -> None:
    answer = send(public, GOOD, files=[(f"{n}.pdf", PDF, "application/pdf") for n in range(6)])
    assert answer.status_code == 422
    assert "Faile on liiga palju, lisada saab kuni 5." in answer.text


def test_a_file_sent_in_the_place_of_the_text_is_no_text(public: House) -> None:
    text = public.get(f"/et{FORM}")
    answer = public.client.post(
        f"/et{FORM}",
        data={
            "_csrf_token": one(r'name="_csrf_token" value="([^"]+)"', text),
            "key": "k" * 24,
            "author": "anonymous",
        },
        files={"text": ("opinion.txt", b"tere", "text/plain")},
    )
    assert answer.status_code == 422
    assert "Kirjutage arvamus või lisage fail." in answer.text


def test_a_form_that_arrived_without_its_key_is_taken_with_a_new_one(public: House) -> None:
    text = public.get(f"/et{FORM}")
    token = one(r'name="_csrf_token" value="([^"]+)"', text)
    answer = public.client.post(f"/et{FORM}", data={"_csrf_token": token, **NAMELESS})
    assert "Teie arvamus on käes" in answer.text


def test_a_key_that_is_not_ours_keeps_the_text_and_says_so(public: House) -> None:
    answer = send(public, GOOD, key="lühike")
    assert answer.status_code == 422
    assert "Vorm jõudis kohale poolikult" in answer.text
    assert "Palun jätke pingid." in answer.text


def test_a_form_sent_after_the_step_closed_keeps_the_text_and_offers_the_late_path(public: House) -> None:
    page = public.get(f"/et{FORM}")
    hidden = {name: one(rf'name="{name}" value="([^"]+)"', page) for name in ("_csrf_token", "key")}
    public.at(AFTER)
    answer = public.client.post(f"/et{FORM}", data={**hidden, **GOOD})
    assert answer.status_code == 409
    assert (
        "Arvamuse avaldamise viimane hetk oli esmaspäev, 18. jaanuar 2027 kell 24.00 (Eesti aeg)."
        in answer.text
    )
    assert "Palun jätke pingid." in answer.text
    assert 'name="late_reason"' in answer.text
    late = {"late": "true", "late_reason": "Elekter oli ära."}
    answer = public.client.post(f"/et{FORM}", data={**hidden, **NAMELESS, **late})
    assert "Teie hilinenud arvamus on käes" in answer.text
    assert [(row.state, row.late_reason) for row in opinions(public)] == [(LATE_WAITING, "Elekter oli ära.")]


def test_long_after_the_deadline_the_text_is_given_back_to_copy(public: House) -> None:
    page = public.get(f"/et{FORM}")
    hidden = {name: one(rf'name="{name}" value="([^"]+)"', page) for name in ("_csrf_token", "key")}
    public.at(CLOSES + timedelta(days=40))
    answer = public.client.post(f"/et{FORM}", data={**hidden, **GOOD})
    assert answer.status_code == 409
    assert "Palun jätke pingid." in answer.text
    assert 'name="late_reason"' not in answer.text
    assert opinions(public) == []


def test_before_the_round_the_form_says_from_when(public: House) -> None:
    public.at(OPENS - timedelta(days=2))
    text = public.get(f"/et{FORM}")
    assert "Arvamust saab avaldada alates sellest päevast: esmaspäev, 4. jaanuar 2027." in text
    assert "<form" not in text[text.index("<main") :]


def test_the_form_says_how_personal_data_are_used(public: House) -> None:
    for language, word in (
        ("et", "määruse artikkel 6"),
        ("en", "GDPR Article 6"),
        ("ru", "Общего регламента"),
    ):
        assert word in public.get(f"/{language}{FORM}")


def test_confirming_by_the_link_takes_a_button_and_not_a_visit(public: House) -> None:
    send(public, GOOD)
    page = link(public)
    text = public.get(page)
    assert "Kinnitan arvamuse" in text
    assert opinions(public)[0].state == UNCONFIRMED
    answer = public.send(page, page, {})
    assert "Täname, arvamus on kinnitatud." in answer.text
    assert opinions(public)[0].state == RECEIVED


def test_confirming_after_the_deadline_is_told_plainly(public: House) -> None:
    send(public, GOOD)
    public.at(AFTER)
    page = link(public)
    answer = public.send(page, page, {})
    assert "pärast viimast päeva" in answer.text
    public.at(CLOSES + timedelta(days=40))
    send_again = public.get(page)
    assert "hilines; planeerija otsustab" in send_again


def test_an_opinion_is_changed_through_its_link_with_what_was_typed_kept_on_a_refusal(public: House) -> None:
    send(public, NAMELESS, files=[("vana.pdf", PDF, "application/pdf")])
    page = link(public)
    bad = public.send(page, f"{page}/change", {"text": "õ" * 20_001})
    assert bad.status_code == 422
    assert "õõõõ" in bad.text
    answer = public.send(
        page, f"{page}/change", {"text": "Pingid ja puud."}, files=[("uus.pdf", PDF, "application/pdf")]
    )
    assert "Arvamus on muudetud." in answer.text
    assert "vana.pdf" in answer.text
    assert "uus.pdf" in answer.text
    assert opinions(public)[0].version == 2


def test_an_opinion_is_withdrawn_by_a_button_and_not_after_the_deadline(public: House) -> None:
    send(public, NAMELESS)
    page = link(public)
    answer = public.send(page, f"{page}/withdraw", {})
    assert "Arvamus on tagasi võetud." in answer.text
    assert opinions(public)[0].state == WITHDRAWN


def test_withdrawing_after_the_deadline_is_refused_by_a_sentence(public: House) -> None:
    send(public, NAMELESS)
    page = link(public)
    hidden = {"_csrf_token": one(r'name="_csrf_token" value="([^"]+)"', public.get(page))}
    public.at(AFTER)
    answer = public.client.post(f"{page}/withdraw", data=hidden)
    assert answer.status_code == 409
    assert "Arvamuse avaldamise viimane hetk oli" in answer.text
    assert opinions(public)[0].state == RECEIVED


def test_an_unknown_link_is_told_in_a_sentence(public: House) -> None:
    assert "See link enam ei kehti" in public.get(f"/et/confirm/{'0' * 64}", 404)


def test_a_form_from_elsewhere_is_not_taken(public: House) -> None:
    answer = public.client.post(f"/et{FORM}", data=GOOD)
    assert answer.status_code == 403
    page = public.get(f"/et{FORM}")
    token = one(r'name="_csrf_token" value="([^"]+)"', page)
    answer = public.client.post(
        f"/et{FORM}", data={**GOOD, "_csrf_token": token}, headers={"Sec-Fetch-Site": "cross-site"}
    )
    assert answer.status_code == 403
    assert opinions(public) == []


def test_no_page_holds_an_inline_style_or_script(public: House) -> None:
    send(public, NAMELESS)
    author = link(public)
    public.publish_one()
    for path in ("/et/", f"/et/case/{NUMBER}", f"/et{FORM}", author, f"/et/i/{public.scene.token}"):
        text = public.get(path)
        assert not re.search(r"\sstyle=|\son[a-z]+=|<script>|javascript:", text)
