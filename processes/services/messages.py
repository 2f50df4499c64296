"""What is told to running cases: a diagram that waits for anything else would wait for ever, and is refused."""

from __future__ import annotations

MESSAGES = (
    "agenda_agreed",
    "agenda_returned",
    "display_interrupted",
    "meeting_cancelled",
    "round_complete",
)
