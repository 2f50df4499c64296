"""One function from a mail's bytes to what it is. Pure: no database, no clock, no network.

The order is the rule (docs/decisions/0020): size, loop, delivery report, read receipt, **calendar answer before
Auto-Submitted** (every answer of Gmail is marked auto-generated), a calendar that cannot be read to a person,
mailer-daemon, absence note, and what is left is what somebody wrote.
"""

from __future__ import annotations

from dataclasses import replace

from notifications.inbound import address, automatic, bounce, forward, mime, quote, reply
from notifications.inbound.classified import Attached, Classified, Kind
from notifications.inbound.mime import Part

_SEALED = {"application/pkcs7-mime", "application/x-pkcs7-mime", "multipart/encrypted"}


def classify(raw: bytes) -> Classified:
    """In: a mail as it came. Out: what it is; whatever the bytes, never an error, in bounded time and memory."""
    if len(raw) > mime.SIZE:
        head = _about(mime.parse(raw[: mime.HEADER_BYTES]))
        return replace(head, kind="unreadable", reasons=("too_large",), attached=())
    mail = mime.parse(raw)
    known = _about(mail)
    if why := automatic.returns_to_us(mail, known.sender):
        return replace(known, kind="loop", reasons=(why,))
    return _report(mail, known) or _calendar(mail, known) or _returned(mail, known) or _words(mail, known)


def _about(mail: Part) -> Classified:
    name, sender = address.sender(mail)
    return Classified(
        kind="unreadable",
        token=address.token(mail),
        sender=sender,
        sender_name=name,
        subject=mail.words("subject")[:300],
        message_id=mail.words("message-id")[:300],
        automatic=bool(automatic.says_so(mail)),
        attached=_files(mail),
    )


def _report(mail: Part, known: Classified) -> Classified | None:
    """A delivery report, a complaint, or a read receipt (RFC 3464, 5965, 8098)."""
    rows = bounce.report(mail)
    if rows is None:
        rows = bounce.complaint(mail)
    if rows is not None:
        arrived = rows and all(row.action in {"delivered", "relayed", "expanded"} for row in rows)
        told = "delivery_confirmed" if arrived else "delivery_report"
        token = known.token or _token_of_returned(mail)
        kind: Kind = "receipt" if arrived else "bounce"
        return replace(known, kind=kind, token=token, bounces=tuple(rows), reasons=(told,), automatic=True)
    receipt = mail.parameters.get("report-type", "").lower() == "disposition-notification"
    if receipt or any(part.content_type == "message/disposition-notification" for part in mail.walk()):
        return replace(known, kind="receipt", reasons=("read_receipt",), automatic=True)
    return None


def _calendar(mail: Part, known: Classified) -> Classified | None:
    """The first calendar part that answers; one that cannot be read goes to a person, never to the public."""
    problems: list[str] = []
    for part in _calendar_parts(mail)[:10]:
        found = reply.read(
            part.content(reply.CALENDAR_BYTES),
            part.parameters.get("charset", ""),
            part.parameters.get("method", ""),
        )
        if found.answers:
            answers = reply.order(found.answers, known.sender)
            kind: Kind = "counter" if found.method == "COUNTER" else "reply"
            if answers[0].partstat == "DELEGATED":
                kind = "delegate"
            reasons = (
                ["calendar_answer"] if answers[0].partstat != "NEEDS-ACTION" else ["answers_nothing_yet"]
            )
            missing = [
                f"no_{name}"
                for name, value in (("sequence", answers[0].sequence), ("dtstamp", answers[0].dtstamp))
                if value is None
            ]
            token = known.token or address.token(mail, *found.organisers)
            return replace(
                known, kind=kind, token=token, answers=tuple(answers), reasons=(*reasons, *missing)
            )
        problems.append(found.problem)
        if found.problem == "calendar_is_no_answer" and known.token is None:
            known = replace(known, token=address.token(mail, *found.organisers))
    if problems:
        return replace(known, kind="unreadable", reasons=tuple(dict.fromkeys(problems)))
    return None


def _returned(mail: Part, known: Classified) -> Classified | None:
    why = bounce.looks_returned(mail, known.sender, known.sender_name)
    if why:
        token = known.token or _token_of_returned(mail)
        rows = tuple(bounce.told(mail))
        return replace(known, kind="bounce", token=token, bounces=rows, reasons=(why,), automatic=True)
    if why := automatic.says_so(mail):
        return replace(known, kind="auto_reply", reasons=(why,))
    return None


def _words(mail: Part, known: Classified) -> Classified:
    if any(part.content_type in _SEALED for part in mail.walk()):
        return replace(known, reasons=("sealed",))
    whole = forward.words(mail)
    text, left_out = quote.cut(whole)
    if not text and not known.attached:
        return replace(known, cut=left_out, reasons=("empty",))
    passed_on = forward.of(mail, whole)
    reasons = ["words"] if text else ["only_files"]
    reasons += ["quote_cut"] if left_out else []
    reasons += ["forwarded"] if passed_on else []
    return replace(
        known, kind="opinion", text=text, cut=left_out, reasons=tuple(reasons), forwarded=passed_on
    )


def _calendar_parts(mail: Part) -> list[Part]:
    """text/calendar first, then files that gateways relabelled."""
    parts = list(mail.walk())
    files = [
        part
        for part in parts
        if part.content_type in {"application/ics", "text/x-vcalendar"} or _named_ics(part)
    ]
    return [part for part in parts if part.content_type == "text/calendar"] + files


def _named_ics(part: Part) -> bool:
    return part.content_type != "text/calendar" and part.filename().lower().endswith((".ics", ".vcs"))


def _token_of_returned(mail: Part) -> str | None:
    """Out: the token of our letter inside a report: it left from its own reply address."""
    for part in mail.walk():
        if part.content_type.startswith(("message/", "text/rfc822")):
            inner = part.children[0] if part.children else mime.parse(part.content(mime.HEADER_BYTES))
            if found := address.token_of(" ".join((inner.value("from"), inner.value("reply-to")))):
                return found
    return None


def _files(mail: Part) -> tuple[Attached, ...]:
    return tuple(
        Attached(part.filename() or "kiri.eml", part.content_type, part.path)
        for part in mail.walk()
        if (part.content_type == "message/rfc822" or (not part.children and forward.attached(part)))
        and not part.content_type.startswith(("multipart/", "text/calendar", "application/ics"))
    )[:50]
