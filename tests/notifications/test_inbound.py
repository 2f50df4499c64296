"""What a mail is, whoever's program wrote it: promises of `classify`."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta

import pytest

from notifications import clients
from notifications.calendar import request
from notifications.inbound.classified import as_json
from notifications.inbound.classify import classify
from tests.notifications.cast import EVENT, MART, NOW, REPLY, mail
from tests.notifications.room import taken

TOKEN = "abcdefghijklmnopqrstuvwx"
INVITATION = mail(request(EVENT), "REQUEST")
HEAD = f"From: Mart Mets <{MART}>\r\nTo: {REPLY}\r\nSubject: Re: Arutelu\r\nMIME-Version: 1.0\r\n"
FIELDS = {
    "kind", "token", "attendee", "partstat", "uid", "sequence", "recurrence_id", "comment", "proposed", "bounces",
    "text", "reasons", "answers",
}  # fmt: skip


def letter(text: str, head: str = "", charset: str = "utf-8") -> bytes:
    start = (
        f"{HEAD}{head}Content-Type: text/plain; charset={charset}\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return start.encode() + text.encode(charset)


def calendar(*lines: str, method: str = "REPLY", head: str = "") -> bytes:
    body = ["BEGIN:VCALENDAR", f"METHOD:{method}", "VERSION:2.0", *lines, "END:VCALENDAR", ""]
    kind = f"Content-Type: text/calendar; charset=utf-8; method={method}\r\n\r\n"
    return (HEAD + head + kind + "\r\n".join(body)).encode()


def event(*lines: str) -> list[str]:
    return ["BEGIN:VEVENT", f"UID:{EVENT.uid}", *lines, "END:VEVENT"]


@pytest.mark.parametrize("program", clients.PROGRAMS)
@pytest.mark.parametrize("said", clients.PARTSTATS)
def test_an_answer_of_every_program_is_read(program, said):
    read = classify(clients.answer(INVITATION, program, said, now=NOW, comment="Tulen; vajan tõlki, palun"))
    answer = read.answer
    assert (read.kind, read.token, answer.attendee) == ("reply", TOKEN, MART)
    assert (answer.partstat, answer.uid) == (clients.PARTSTATS[said], EVENT.uid)
    assert answer.comment == "Tulen; vajan tõlki, palun"
    assert answer.sequence == (None if program == "apple" else 0)
    assert answer.dtstamp == (None if program == "outlook" else NOW)


@pytest.mark.parametrize("program", clients.PROGRAMS)
def test_a_proposed_time_is_the_same_moment_in_every_programs_zone(program):
    later = clients.answer(INVITATION, program, "declined", now=NOW, later_by=timedelta(hours=3))
    read = classify(later)
    assert read.kind == "counter"
    assert read.answer.proposed.start == EVENT.start + timedelta(hours=3)
    assert as_json(read)["proposed"] == {
        "start": "2027-02-03T17:00:00+00:00",
        "end": "2027-02-03T19:00:00+00:00",
    }


def test_the_fields_of_the_command_are_the_promised_ones():
    assert as_json(classify(b"")).keys() == FIELDS
    assert as_json(classify(clients.answer(INVITATION, "gmail", "accepted", now=NOW))).keys() == FIELDS


def test_an_answer_marked_auto_generated_is_an_answer():
    raw = clients.answer(INVITATION, "gmail", "accepted", now=NOW)
    assert b"Auto-Submitted: auto-generated" in raw
    assert classify(raw).kind == "reply"


def test_the_newest_of_several_answers_stands_on_top():
    raw = calendar(
        *event("SEQUENCE:1", "DTSTAMP:20270111T090000Z", f"ATTENDEE;PARTSTAT=DECLINED:mailto:{MART}"),
        *event("SEQUENCE:2", "DTSTAMP:20270111T080000Z", f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{MART}"),
        *event("SEQUENCE:2", "DTSTAMP:20270111T070000Z", f"ATTENDEE;PARTSTAT=TENTATIVE:mailto:{MART}"),
    )
    said = as_json(classify(raw))
    assert (said["partstat"], said["sequence"]) == ("ACCEPTED", 2)
    assert [one["partstat"] for one in said["answers"]] == ["ACCEPTED", "TENTATIVE", "DECLINED"]


def test_rows_that_answer_nothing_are_no_answers():
    others = [f"ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:x{n}@selts.example" for n in range(3)]
    read = classify(calendar(*event(others[0], f"ATTENDEE;PARTSTAT=ACCEPTED:MAILTO:{MART}", *others[1:])))
    assert [answer.attendee for answer in read.answers] == [MART]
    nothing = classify(calendar(*event(*others)))
    assert nothing.reasons[0] == "answers_nothing_yet"


def test_one_who_sends_another_is_a_delegate():
    line = f'ATTENDEE;PARTSTAT=DELEGATED;DELEGATED-TO="mailto:liis@selts.example":mailto:{MART}'
    read = classify(calendar(*event(line, "ATTENDEE;PARTSTAT=NEEDS-ACTION:mailto:liis@selts.example")))
    assert (read.kind, read.answer.delegated_to) == ("delegate", "liis@selts.example")


def test_one_instance_of_a_series_is_told_in_utc():
    line = f"ATTENDEE;PARTSTAT=ACCEPTED:mailto:{MART}"
    for value in ("RECURRENCE-ID:20270203T140000Z", "RECURRENCE-ID;TZID=FLE Standard Time:20270203T160000"):
        read = classify(calendar(*event(value, line)))
        assert read.answer.recurrence_id == datetime(2027, 2, 3, 14, tzinfo=UTC)


def test_a_calendar_that_cannot_be_read_goes_to_a_person():
    assert classify(calendar(*event("SEQUENCE:1"))).kind == "unreadable"
    assert classify(calendar(*event(f"ATTENDEE:mailto:{MART}"), method="REQUEST")).kind == "unreadable"
    broken = HEAD + "Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCAL"
    assert classify(broken.encode()).kind == "unreadable"


def test_our_own_letter_come_back_is_a_loop():
    assert classify(INVITATION).kind == "loop"
    hops = "".join(f"Received: from a by b; {n}\r\n" for n in range(60))
    assert classify(letter("Tere", hops)).kind == "loop"


def test_an_absence_note_is_no_opinion():
    for head in (
        "Auto-Submitted: auto-replied\r\n",
        "Precedence: bulk\r\n",
        "X-Autoreply: yes\r\n",
        "List-Id: <a.b>\r\n",
    ):
        assert classify(letter("Olen puhkusel.", head)).kind == "auto_reply"
    absent = HEAD.replace("Re: Arutelu", "Automaatvastus: Arutelu") + "\r\nOlen puhkusel."
    assert classify(absent.encode()).kind == "auto_reply"


def test_a_delivery_report_names_whom_the_letter_did_not_reach():
    raw = (
        f"From: MAILER-DAEMON@mx.example\r\nTo: {REPLY}\r\nSubject: Undelivered\r\nAuto-Submitted: auto-replied\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n--b\r\n\r\nSorry.\r\n'
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; mx\r\n\r\n"
        f"Final-Recipient: rfc822; {MART}\r\nAction: failed\r\nStatus: 5.1.1\r\n\r\n--b--\r\n"
    ).encode()
    said = as_json(classify(raw))
    assert (said["kind"], said["token"]) == ("bounce", TOKEN)
    assert said["bounces"] == [{"action": "failed", "status": "5.1.1", "recipient": MART}]


def test_a_read_receipt_is_a_receipt():
    raw = HEAD + (
        'Content-Type: multipart/report; report-type=disposition-notification; boundary="b"\r\n\r\n--b\r\n\r\nRead.\r\n'
        "--b\r\nContent-Type: message/disposition-notification\r\n\r\nDisposition: manual-action; displayed\r\n--b--\r\n"
    )
    assert classify(raw.encode()).kind == "receipt"


QUOTES = {
    "gmail-et": "Kontakt Vald (<osalus@vald.example>) kirjutas kuupäeval E, 11. jaanuar 2027 kell 10:00:\n\n> Palume arvamust.",
    "gmail-en": "On Mon, Jan 11, 2027 at 10:00 AM Vald <osalus@vald.example> wrote:\n> Palume arvamust.",
    "gmail-en-wrapped": "On Mon, Jan 11, 2027 at 10:00 AM Valla väga pika nimega osakond\n<osalus@vald.example> wrote:\n\n> Palume.",
    "gmail-ru": "пн, 11 янв. 2027 г. в 10:00, Vald <osalus@vald.example>:\n\n> Просим мнение.",
    "mail.ru": "Понедельник, 11 января 2027, 10:00 +02:00 от Vald <osalus@vald.example>:\n>Просим.",
    "thunderbird-et": "11.01.2027 10:00 Vald kirjutas:\n> Palume arvamust.",
    "thunderbird-fi": "Vald kirjoitti 11.1.2027 klo 10.00:\n> Palume arvamust.",
    "thunderbird-ru": "11.01.2027 10:00, Vald пишет:\n> Просим.",
    "thunderbird-de": "Am 11.01.27 um 10:00 schrieb Vald:\n> Palume arvamust.",
    "outlook-et": "________________________________\nSaatja: Vald <osalus@vald.example>\nSaadetud: esmaspäev, 11. jaanuar 2027 10:00\nAdressaat: Mart\nTeema: Arutelu\n\nPalume arvamust.",
    "outlook-en": "From: Vald <osalus@vald.example>\nSent: Monday, January 11, 2027 10:00\nTo: Mart\nSubject: Arutelu\n\nPalume.",
    "outlook-old-et": "-----Algne sõnum-----\nSaatja: Vald\nSaadetud: 11.01\n\nPalume arvamust.",
    "outlook-ru": "От: Vald <osalus@vald.example>\nОтправлено: 11 января 2027 г.\nКому: Mart\nТема: Arutelu\n\nПросим.",
    "outlook-de": "Von: Vald\nGesendet: Montag\nAn: Mart\nBetreff: Arutelu\n\nPalume.",
    "outlook-fi": "Lähettäjä: Vald\nLähetetty: maanantai\nVastaanottaja: Mart\nAihe: Arutelu\n\nPalume.",
    "plain": "> Palume arvamust.\n> Vald",
}  # fmt: skip


@pytest.mark.parametrize("name", QUOTES)
def test_the_answered_letter_is_cut_and_shown(name):
    said = "Tere!\n\nMeie ühing soovib kaldteed.\nFrom: on siin tavaline sõna.\n\nMart"
    read = classify(letter(f"{said}\n\n{QUOTES[name]}\n"))
    assert (read.kind, read.text) == ("opinion", said)
    assert read.cut.split() == QUOTES[name].split()


def test_a_signature_is_cut_and_shown():
    read = classify(letter("Soovin kaldteed.\n-- \nMart Mets\n+372 5555"))
    assert (read.text, read.cut) == ("Soovin kaldteed.", "-- \nMart Mets\n+372 5555")
    assert classify(letter("Soovin kaldteed.\n\nSaadetud minu iPhone'ist")).text == "Soovin kaldteed."


def test_words_between_and_below_quoted_lines_stay():
    below = classify(letter("Vald kirjutas 11.1.2027:\n> Palume arvamust.\n\nSoovin kaldteed."))
    assert "Soovin kaldteed." in below.text
    between = classify(letter("> Kas lift?\nJah, lift.\n> Kas tõlk?\nJah, tõlk."))
    assert between.text == "Jah, lift.\nJah, tõlk."


def test_words_that_only_look_like_a_quote_are_kept():
    for said in (
        "Naaber kirjutas mulle: tänav on pime.\nLisage valgust.",
        "Ettepanekud:\nFrom: põhja pool\nTee laiemaks.",
        "---------------------\nSoovin kaldteed.",
    ):
        assert classify(letter(said)).text == said


def test_a_mail_of_html_alone_is_read():
    html = (
        "<html><head><style>p{}</style></head><body><p>Tere!</p><p>Soovin&nbsp;kaldteed&hellip;</p>"
        '<div class="gmail_quote"><div>On Mon wrote:</div><blockquote><p>Palume</p></blockquote></div></body></html>'
    )
    raw = f"{HEAD}Content-Type: text/html; charset=utf-8\r\n\r\n{html}".encode()
    read = classify(raw)
    assert read.text == "Tere!\n\nSoovin kaldteed…"
    assert "Palume" in read.cut


@pytest.mark.parametrize("charset", ["iso-8859-1", "iso-8859-4", "windows-1257", "utf-8", "iso-8859-15"])
def test_estonian_letters_survive_every_charset(charset):
    assert classify(letter("Õige tänav, üks pööre", charset=charset)).text == "Õige tänav, üks pööre"


def test_a_charset_that_lies_or_does_not_exist_loses_no_letter():
    for claimed in ("us-ascii", "iso-8859-1", "x-unknown", "punycode", ""):
        raw = f"{HEAD}Content-Type: text/plain; charset={claimed}\r\n\r\nÕige tänav".encode()
        assert classify(raw).text == "Õige tänav"


def test_a_letter_passed_on_keeps_its_authors_name():
    inline = (
        "Palun registreerida.\n\n---------- Forwarded message ---------\nSaatja: Leida Lepp <leida@kodu.example>\n"
        "Date: E, 11. jaanuar 2027\nSubject: Metsa tee 4\nTo: <vald@vald.example>\n\nSoovin kaldteed.\n"
    )
    raw = letter(inline).replace(b"Re: Arutelu", b"Fwd: Metsa tee 4")
    passed = classify(raw).forwarded
    assert (passed.author_name, passed.author_address) == ("Leida Lepp", "leida@kodu.example")
    assert passed.text == "Soovin kaldteed."
    attached = HEAD + (
        'Content-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n\r\nPalun registreerida.\r\n--b\r\n'
        "Content-Type: message/rfc822\r\n\r\nFrom: Leida Lepp <leida@kodu.example>\r\nSubject: Metsa\r\n\r\nSoovin kaldteed.\r\n--b--"
    )
    passed = classify(attached.encode()).forwarded
    assert (passed.author_address, passed.text) == ("leida@kodu.example", "Soovin kaldteed.")


def test_a_token_that_is_not_ours_is_told_as_it_stands():
    raw = HEAD.replace(REPLY, "osalus+Võõras.1@kaasa.example".replace("õõ", "oo")) + "\r\nTere"
    assert classify(raw.encode()).token == "vooras.1"
    raw = HEAD.replace(f"To: {REPLY}", f"To: info@vald.example\r\nDelivered-To: {REPLY.upper()}") + "\r\nTere"
    assert classify(raw.encode()).token == TOKEN


def test_a_sealed_an_empty_and_a_too_large_mail_go_to_a_person():
    sealed = HEAD + "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nAAAA"
    assert classify(sealed.encode()).reasons == ("sealed",)
    assert classify(letter("  \n")).kind == "unreadable"
    large = classify(letter("x" * (25 * 1024 * 1024)))
    assert (large.kind, large.reasons, large.token) == ("unreadable", ("too_large",), TOKEN)


HOSTILE = {
    "commas": lambda: b"From: " + b"a,<b>@c," * 20_000 + b"\r\n\r\nTere",
    "parameters": lambda: b"Content-Type: text/plain" + b"; a=b" * 60_000 + b"\r\n\r\nTere",
    "headers": lambda: b"X-A: b\r\n" * 200_000 + b"\r\nTere",
    "folded": lambda: b"Subject: a\r\n" + b" b\r\n" * 300_000 + b"\r\nTere",
    "nested": lambda: b"".join(b'Content-Type: multipart/mixed; boundary="%d"\r\n\r\n--%d\r\n' % (n, n) for n in range(5000)),
    "nested mails": lambda: b"Content-Type: message/rfc822\r\n\r\n" * 50_000,
    "one boundary": lambda: b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n' + b"--a\r\n" * 2_000_000,
    "false boundaries": lambda: b'Content-Type: multipart/mixed; boundary="a"\r\n\r\n' + b"--aX\r\n" * 2_000_000,
    "tags": lambda: b"Content-Type: text/html\r\n\r\n" + b"<p><!" * 2_000_000,
    "open tags": lambda: b"Content-Type: text/html\r\n\r\n" + b"<div><blockquote>" * 500_000,
    "scripts": lambda: b"Content-Type: text/html\r\n\r\n" + b"<script>" * 500_000,
    "words": lambda: b"Subject: " + b"=?utf-8?q?=41?= " * 20_000 + b"\r\n\r\nTere",
    "newlines": lambda: b"Subject: a\r\n\r\n" + b"\n" * 20_000_000,
    "angle": lambda: b"Subject: a\r\n\r\n" + b"> a\n" * 5_000_000,
    "from lines": lambda: b"Subject: fwd: a\r\n\r\n" + b"From: a\n" * 2_000_000,
    "wrote": lambda: b"Subject: a\r\n\r\n" + b"On kirjutas kirjutas wrote " * 700_000,
    "wrote lines": lambda: b"Subject: a\r\n\r\n" + (b"On a kirjutas " * 20 + b"\n") * 50_000,
    "calendar": lambda: b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n" + b"BEGIN:VEVENT\r\n" * 1_000_000,
    "attendees": lambda: b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\n"
    + b"ATTENDEE:a@b\r\n" * 15_000,
    "calendar parameters": lambda: b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nATTENDEE"
    + b';A="b","c"' * 20_000,
    "folded calendar": lambda: b"Content-Type: text/calendar; method=REPLY\r\n\r\nBEGIN:VCALENDAR\r\n" + b"A\r\n " * 60_000,
    "report": lambda: b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n--b\r\n"
    b"Content-Type: message/delivery-status\r\n\r\n" + b"Final-Recipient: rfc822;a@b.ee\r\n\r\n" * 500_000,
    "addresses": lambda: b"From: mailer-daemon@a.ee\r\nSubject: failure\r\n\r\n" + b"a" * 60 + b"@" + b"a.b" * 2_000_000,
    "addresses2": lambda: b"From: mailer-daemon@a.ee\r\nSubject: failure\r\n\r\n" + b"a@a-a." * 2_000_000,
    "base64": lambda: b"Content-Transfer-Encoding: base64\r\n\r\n" + b"QUFB" * 5_000_000,
    "quoted": lambda: b"Content-Transfer-Encoding: quoted-printable\r\n\r\n" + b"=41" * 7_000_000,
    "nothing": lambda: b"\0" * 24_000_000,
    "returns": lambda: b"\r" * 24_000_000,
    "received": lambda: b"Received: for <" * 1 + b"a" * 7000 + b"\r\n" + b"Received: for <a@b.c> for <\r\n" * 5000 + b"\r\n",
    "signature": lambda: b"Subject: a\r\n\r\n" + b"-- \n" * 5_000_000,
    "utf-7": lambda: b"Content-Type: text/plain; charset=utf-7\r\n\r\n" + b"+AAA-" * 2_000_000,
    "marks": lambda: b"Content-Type: text/plain; charset=utf-8\r\n\r\n" + "\u202e\u0301".encode() * 3_000_000,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bytes_cost_little_time_and_room(name):
    raw = HOSTILE[name]()
    spent = []

    def act():
        began = time.process_time()
        json.dumps(as_json(classify(raw)))
        spent.append(time.process_time() - began)

    megabytes = taken(act)
    assert spent[0] < 0.5, name
    assert megabytes < 64, name


def test_room_that_is_taken_is_seen():
    assert 40 < taken(lambda: b"x" * 50_000_000) < 60


def test_the_command_reads_standard_input_and_prints_json_alone():
    raw = clients.answer(INVITATION, "outlook", "accepted", now=NOW)
    done = subprocess.run(
        [sys.executable, "-m", "web", "classify", "--json"], input=raw, capture_output=True, check=True
    )
    assert json.loads(done.stdout)["partstat"] == "ACCEPTED"
