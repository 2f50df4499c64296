"""Logs: one JSON object a line, an action word and ids; never a name, a text or an address with a link."""

from __future__ import annotations

import json
import logging
import re
import sys
import traceback
from datetime import UTC, datetime

import structlog

KEPT = {
    "number", "kind", "job", "instance", "element", "state", "verb", "ms", "revision", "status", "attempts", "error",
    "letter", "mailing", "mail", "outcome", "until", "task", "drain",
}  # fmt: skip
ACTION = re.compile(r"[a-z][a-z0-9_]{0,60}\Z")
PLAIN = re.compile(r"[\w./:+\-]{0,200}\Z", re.ASCII)
QUIET = (
    "alembic",
    "spiff.task",
    "spiff.workflow",
    "spiff.data",
    "spiff.event",
    "granian",
    "_granian",
    "aiosmtplib",
)


class OneLine(logging.Formatter):
    """Formats a record as JSON; of an error it keeps kinds and places, not the message that may quote people."""

    def format(self, record: logging.LogRecord) -> str:
        said = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "action": _action(record),
            **{name: _plain(value) for name, value in record.__dict__.items() if name in KEPT},
        }
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            said["error"] = record.exc_info[0].__name__
            said["where"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-6:]]
        return json.dumps(said, ensure_ascii=True, default=str)


def _action(record: logging.LogRecord) -> str:
    """An action word as it stands; of what libraries say in their own words only the place, for they quote people."""
    said = record.getMessage()
    return said if ACTION.match(said) else f"{record.module}:{record.lineno}"


def _plain(value: object) -> object:
    """An id, a number or a word; anything else is only named by its kind."""
    if value is None or isinstance(value, bool | int | float):
        return value
    text = str(value)
    return text if PLAIN.match(text) else type(value).__name__


def begin(level: int = logging.INFO) -> None:
    """Write the process's logs to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Spiff's own loggers attach whole task data to their records while their level is unset.
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    # The event becomes the message, what came with it attributes of the record: one formatter writes both kinds.
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.render_to_log_kwargs],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
