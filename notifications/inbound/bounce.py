"""Delivery reports: the standard form (RFC 3464), and the many older ones that only say it in words."""

from __future__ import annotations

import re

from notifications.inbound import address, charset, mime, plain
from notifications.inbound.classified import Bounce
from notifications.inbound.mime import Part

REPORT_BYTES = 128 * 1024
RECIPIENTS = 100
_STATUS = re.compile(r"(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])")
_CODE = re.compile(r"(?<![\d.-])([45])\d\d(?![\d.])")
_ADDRESS = re.compile(
    r"(?<![\w.+-])[\w.!#$%&'*+/=?^`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}"
)
_STATUS_TYPES = {"message/delivery-status", "message/global-delivery-status", "message/xdelivery-status"}
_RETURNED = re.compile(
    r"(?im)^.{0,40}(original message (follows|headers|text)|copy of (the|your) message|your (original )?message (follows|was)"
    r"|unsent message|returned message|message header|included below|ursprüngliche nachricht|-{3,} ?headers?).{0,80}$"
)
_LATE = re.compile(
    r"(?i)delay|warning|still being retried|will (be retried|retry)|not yet been delivered|hilinem|viibi"
)
_DAEMON = re.compile(
    r"(?i)^(mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|mdaemon|mail-?delivery|mailsystem|bounces?|auto-?errors?"
    r"|microsoftexchange\w*|mail-?master|mailadmin|noreply-?bounce)(?=[@+_-])"
)
_NAMES = re.compile(
    r"(?i)mail(er)? ?(delivery|daemon)|delivery (sub)?system|mail (delivery )?(sub)?system|system administrator"
    r"|postmaster|mail administrator|internet mail|mail router|mailer-daemon"
)
_SUBJECTS = re.compile(
    r"(?i)(undeliver(able|ed)|delivery (status )?(notification|failure|failed|error|problem|report|has failed|delayed|unsuccessful)"
    r"|returned (e-?)?mail|mail (delivery|system) (failed|failure|error|problem)|mail (could not|not) be? ?deliver"
    r"|failure (notice|notification)|failed delivery|message (delivery|status|not delivered|undeliverable|could not be delivered)"
    r"|nondeliverable|non-?delivery|error (sending|in mail|mail)|failed mail|could not (send|be delivered)|unable to deliver"
    r"|user unknown|bounced? mail|warning: (could not send|message)|mail failure|dsn:|ndn:|rejected( mail)?:"
    r"|zustellung|unzustellbar|nicht zugestellt|kohaletoimetamine|kättetoimetamatu|ei saanud kohale|kohale toimetamata"
    r"|perillä|ei voitu toimittaa|недостав|не доставлен|не удалось доставить|returned to sender|problem(s)? delivering|loop alert)"
)


def report(mail: Part) -> list[Bounce] | None:
    """Out: what a standard delivery report says of each recipient; None when this mail is none."""
    wanted = mail.parameters.get("report-type", "").lower()
    parts = [part for part in mail.walk() if part.content_type in _STATUS_TYPES]
    if not parts and wanted != "delivery-status":
        return None
    return [row for part in parts for row in _rows(part)][:RECIPIENTS] or told(mail)


def complaint(mail: Part) -> list[Bounce] | None:
    """Out: whom a reader's "this is spam" concerns (RFC 5965); None when this mail is no such report."""
    part = next((part for part in mail.walk() if part.content_type == "message/feedback-report"), None)
    said_so = mail.words("subject").lower().startswith("complaint about message from")
    if part is None and not said_so and mail.parameters.get("report-type", "").lower() != "feedback-report":
        return None
    said = dict(_fields(part)) if part else {}
    who = address.bare(said.get("original-rcpt-to", "") or said.get("removal-recipient", ""))
    return [Bounce("complaint", "", who)]


def looks_returned(mail: Part, sender: str, sender_name: str) -> str:
    """Out: a short word when this mail comes from a mail system rather than a person, else empty."""
    if mail.values("x-failed-recipients"):
        return "failed_recipients"
    if _DAEMON.match(sender):
        return "mailer_daemon"
    if mail.value("return-path").strip() == "<>" and _SUBJECTS.search(mail.words("subject")[:300]):
        return "null_sender"
    named = _NAMES.search(sender_name) or not sender
    if _SUBJECTS.search(mail.words("subject")[:300]) and (named or _returns_mail(mail) or _states_code(mail)):
        return "subject_of_bounce"
    return ""


def told(mail: Part) -> list[Bounce]:
    """Out: what an old report says in words: each address it names before the returned mail, its status."""
    text = _text(mail)
    if cut := _RETURNED.search(text):
        head = text[: cut.start()]
        text = head if _ADDRESS.search(head) else text
    status = _status(text)
    failed = [address.bare(one) for value in mail.values("x-failed-recipients") for one in value.split(",")]
    named = failed or [found.lower().rstrip(".") for found in _ADDRESS.findall(text)]
    ours = {address.sender(mail)[1], *(address.bare(value) for value in mail.values("to"))}
    late = _LATE.search(mail.words("subject")[:300]) and not status.startswith("5")
    seen = [one for one in dict.fromkeys(named) if one and one not in ours and not _system(one)]
    action = "delayed" if late else "failed"
    return [
        Bounce(action, status, one, charset.one_line(text[:300])) for one in seen[: 1 if not failed else 20]
    ]


def _rows(part: Part) -> list[Bounce]:
    rows = []
    for block in re.split(rb"\n\r?\n", part.content(REPORT_BYTES))[: RECIPIENTS + 1]:
        said = {name: charset.words(charset.decode(value)) for name, value in mime.fields(block)}
        recipient = said.get("original-recipient") or said.get("final-recipient") or ""
        if not recipient and "action" not in said:
            continue
        diagnostic = said.get("diagnostic-code", "")
        known = _STATUS.search(said.get("status", ""))
        status = known[1] if known else _status(diagnostic)
        action = said.get("action", "").split(" ")[0].strip().lower()[:20]
        who = address.bare(recipient.partition(";")[2] or recipient) or address.bare(
            said.get("final-recipient", "")
        )
        rows.append(Bounce(action or _action(status), status, who, diagnostic[:300]))
    return rows


def _fields(part: Part) -> list[tuple[str, str]]:
    return [
        (name, charset.words(charset.decode(value)))
        for name, value in mime.fields(part.content(REPORT_BYTES))
    ]


def _status(text: str) -> str:
    found = [status for status in _STATUS.findall(text) if not status.startswith("2")]
    if found:
        return str(found[0])
    code = _CODE.search(text)
    return f"{code[1]}.0.0" if code else ""


def _action(status: str) -> str:
    return "delayed" if status.startswith("4") else "failed"


def _text(mail: Part) -> str:
    for part in mail.walk():
        if part.content_type == "text/plain" and part.disposition() != "attachment":
            text = part.text(REPORT_BYTES)
            if text.strip():
                return text
    html = next((part for part in mail.walk() if part.content_type == "text/html"), None)
    return plain.text(html.text(REPORT_BYTES)) if html else ""


def _returns_mail(mail: Part) -> bool:
    return any(
        part.content_type.startswith("message/") or "rfc822" in part.content_type for part in mail.walk()
    )


def _states_code(mail: Part) -> bool:
    return bool(_status(_text(mail)[:20_000]))


def _system(one: str) -> bool:
    return bool(_DAEMON.match(one)) or one.startswith(("postmaster@", "abuse@", "support@"))
