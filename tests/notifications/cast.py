"""Letters, events and mails the tests of the post office share; all people and places are invented."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from notifications import outbox
from notifications.calendar import Event, cancel, request
from notifications.letter import Letter, read_letter
from notifications.message import build
from notifications.outbox import Envelope

NOW = datetime(2027, 1, 11, 8, 0, tzinfo=UTC)
REPLY = "osalus+abcdefghijklmnopqrstuvwx@kaasa.example"
MART = "mart@kurtide-selts.example"
EVENT = Event(
    uid="0190-meeting@kaasa.example",
    sequence=0,
    start=datetime(2027, 2, 3, 14, 0, tzinfo=UTC),
    end=datetime(2027, 2, 3, 16, 0, tzinfo=UTC),
    summary="Avalik arutelu: Metsa tee 4",
    description="Saal on esimesel korrusel.\nLift on olemas; viipekeele tõlk tuleb.",
    location="Vallamaja, Kase 1, Näidisvald",
    organiser_address=REPLY,
    organiser_name="Näidisvalla planeeringud",
    stamp=NOW,
    attendee_address=MART,
    attendee_name="Mart Mets, Kurtide Selts",
    url="https://kaasa.example/k/abc",
    conference_url="https://koosolek.example/metsa",
)
LETTER: Letter = read_letter(
    "# Arutelu {day}: {title}\n\nTere, {name}!\n\nPalume arvamust **{day}**.\n\n- [Vasta]({link})\n"
).fill(
    {
        "day": "3. veebruar 2027",
        "title": "Metsa tee 4",
        "name": "Mart",
        "link": "https://kaasa.example/v/1",
    },
    language="et",
)


def mail(calendar: bytes | None = None, method: str | None = None, **changed: Any) -> bytes:
    """A finished mail of ours, to Mart."""
    fields: dict[str, Any] = {
        "sender_name": "Aino Kask, planeerija",
        "sender_address": REPLY,
        "recipient_name": "Mart Mets",
        "recipient_address": MART,
        "message_id": "<0123456789abcdef@kaasa.example>",
        "date": NOW,
        "calendar": calendar,
        "calendar_method": method,
    }
    return build(changed.pop("letter", LETTER), **(fields | changed))


def invitation(**changed: Any) -> bytes:
    """A mail that invites Mart to the meeting."""
    return mail(request(replace(EVENT, **changed)), "REQUEST", reply_to=REPLY)


def cancellation() -> bytes:
    """A mail that takes the invitation back."""
    return mail(cancel(replace(EVENT, sequence=1)), "CANCEL", reply_to=REPLY)


def envelope(number: int = 0, **changed: Any) -> Envelope:
    """A plain letter ready for the outbox, one of many alike."""
    key = changed.get("dedup_key", f"invite:{number}")
    identity = outbox.message_id("t1", key, "kaasa.example")
    recipient = changed.get("recipient_address", f"guest{number}@ngo.example")
    fields: dict[str, Any] = {
        "dedup_key": key,
        "business_key": "case-1",
        "kind": "invitation",
        "sender_address": REPLY,
        "recipient_address": recipient,
        "recipient_ref": f"org-{number}",
        "language": "et",
        "message_id": identity,
        "content": mail(message_id=identity, recipient_address=recipient),
    }
    return Envelope(**(fields | changed))
