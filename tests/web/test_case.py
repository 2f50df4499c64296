"""The public page of a case: words first, no name of a private person, documents that cannot run."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from processes.consultation import ConsultationText
from processes.document import Document
from processes.feedback import WITHDRAWN
from tests.processes.public_scene import AFTER, CLOSES, HOME, OPENS
from tests.web.public_house import NUMBER, House, house, one


@pytest.fixture
def public(tmp_path: Path) -> Iterator[House]:
    with house(tmp_path) as made:
        yield made


def test_the_plain_box_says_what_open_decided_who_how_and_next(public: House) -> None:
    text = public.get(f"/et/case/{NUMBER}")
    for said in ("Ristmik ehitatakse ümber.", "Ülekäikude kohad.", "Bussipeatus tuleb.", "Vallavolikogu"):
        assert said in text
    assert "Avaliku väljapaneku ja arvamuste viimane päev" in text
    assert text.index("Mida kavatakse") < text.index("Dokumendid")


def test_text_missing_in_a_language_is_shown_in_estonian_and_said_so(public: House) -> None:
    text = public.get(f"/ru/case/{NUMBER}")
    assert "Этот текст есть только на эстонском языке." in text
    assert 'lang="et"><p class="govuk-body">Ristmik' in text
    with public.scene.write() as session:
        session.add(
            ConsultationText(
                municipality_id=HOME, consultation_id=public.scene.case_id, language="ru",
                title="Перекрёсток", what="Перекрёсток перестраивается.",
            )
        )  # fmt: skip
    text = public.get(f"/ru/case/{NUMBER}")
    assert "Перекрёсток перестраивается." in text
    assert "только на эстонском" not in text


def test_a_private_person_is_never_named_and_only_the_public_copy_is_shown(public: House) -> None:
    public.publish_one()
    text = public.get(f"/et/case/{NUMBER}")
    assert "Eraisik" in text
    assert "Mina tahan pinki." in text
    assert "Pink tuleb." in text
    for secret in ("Sander", "sander@post.example", "Salajane"):
        assert secret not in text


def test_an_unpublished_or_withdrawn_opinion_is_counted_or_gone_but_not_shown(public: House) -> None:
    public.publish_one()
    with public.scene.write() as session:
        row = public.scene.opinions(session)[0]
        row.published_at = None
        session.add(row)
    text = public.get(f"/et/case/{NUMBER}")
    assert "Mina tahan pinki." not in text
    assert "Laekunud on 1 arvamus." in text
    with public.scene.write() as session:
        row = public.scene.opinions(session)[0]
        row.state = WITHDRAWN
        session.add(row)
    assert "Laekunud" not in public.get(f"/et/case/{NUMBER}")


def test_words_of_people_cannot_become_markup(public: House) -> None:
    public.publish_one()
    bad = '"><img src=x onerror=alert(1)><script>alert(2)</script>'
    with public.scene.write() as session:
        row = public.scene.opinions(session)[0]
        row.public_text = row.theme = bad
        session.add(row)
        text = session.get_one(ConsultationText, (HOME, public.scene.case_id, "et"))
        text.title = text.what = bad
        session.add(text)
    for path in (f"/et/case/{NUMBER}", "/et/", f"/et/case/{NUMBER}/opinion", f"/et/i/{public.scene.token}"):
        page = public.get(path)
        assert "<img src=x" not in page
        assert "<script>alert" not in page
    assert b"<script>alert" not in public.client.get(f"/et/case/{NUMBER}/feed.atom").content


def test_a_document_is_given_to_keep_under_its_own_name_and_cannot_run(public: House) -> None:
    public.publish_one()
    path = one(r'href="(/et/case/[^"]+/document/[^"]+)"', public.get(f"/et/case/{NUMBER}"))
    answer = public.client.get(path)
    assert answer.content.startswith(b"%PDF-")
    assert answer.headers["content-disposition"].startswith('attachment; filename="seletuskiri')
    assert "filename*=UTF-8''seletuskiri%20%E2%80%9EA%E2%80%9C.pdf" in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"] == "sandbox; default-src 'none'"
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_document_not_published_is_not_found(public: House) -> None:
    public.publish_one()
    path = one(r'href="(/et/case/[^"]+/document/[^"]+)"', public.get(f"/et/case/{NUMBER}"))
    with public.scene.write() as session:
        row = session.get_one(Document, (HOME, path.rpartition("/")[2]))
        row.published_at = None
        session.add(row)
    public.get(path, 404)


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (
            OPENS - timedelta(days=1),
            "Arvamust saab avaldada alates sellest päevast: esmaspäev, 4. jaanuar 2027.",
        ),
        (OPENS, "Arvamust saab avaldada kuni: esmaspäev, 18. jaanuar 2027 kell 24.00 (Eesti aeg)."),
        (AFTER, "Arvamuse avaldamise viimane hetk oli esmaspäev, 18. jaanuar 2027 kell 24.00 (Eesti aeg)."),
    ],
)
def test_the_page_says_when_one_can_speak(public: House, moment: datetime, said: str) -> None:
    public.at(moment)
    text = public.get(f"/et/case/{NUMBER}")
    assert said in text
    assert ("Saada hilinenud arvamus" in text) == (moment == AFTER)


def test_long_after_the_deadline_no_late_opinion_is_offered(public: House) -> None:
    public.at(CLOSES + timedelta(days=60))
    assert "Saada hilinenud arvamus" not in public.get(f"/et/case/{NUMBER}")


def test_easy_language_is_a_page_of_its_own_where_it_was_written(public: House) -> None:
    public.get(f"/et/case/{NUMBER}/easy", 404)
    with public.scene.write() as session:
        session.add(
            ConsultationText(
                municipality_id=HOME, consultation_id=public.scene.case_id, language="et-easy",
                title="Kooli tänava ristmik", what="Ristmik ehitatakse uueks.",
            )
        )  # fmt: skip
    assert "Ristmik ehitatakse uueks." in public.get(f"/et/case/{NUMBER}/easy")
    assert f"/et/case/{NUMBER}/easy" in public.get(f"/et/case/{NUMBER}")


def test_opinions_come_page_by_page_and_by_htmx_alone(public: House) -> None:
    public.publish_one()
    answer = public.client.get(f"/et/case/{NUMBER}?page=1", headers={"HX-Request": "true"})
    assert answer.text.strip().startswith("<section")
    assert "<html" not in answer.text
    public.get(f"/et/case/{NUMBER}?page=77")


@pytest.mark.parametrize("number", ["dp-2027-2", "%2e%2e%2f", "%00", "x" * 300, "' or 1=1"])
def test_an_unknown_case_is_not_found(public: House, number: str) -> None:
    assert public.client.get(f"/et/case/{number}").status_code == 404
