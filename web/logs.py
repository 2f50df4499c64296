"""Logs: one JSON object a line, an action word and ids; never a name, a text or an address with a link."""

from __future__ import annotations

import json
import logging
import sys
import traceback
from datetime import UTC, datetime

import structlog

KEPT = {"number", "kind", "job", "instance", "element", "state"}
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
            "action": record.getMessage(),
            **{name: value for name, value in record.__dict__.items() if name in KEPT},
        }
        if record.exc_info and record.exc_info[0] is not None:
            frames = traceback.extract_tb(record.exc_info[2])
            said["error"] = record.exc_info[0].__name__
            said["where"] = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-6:]]
        return json.dumps(said, ensure_ascii=True, default=str)


def begin(level: int = logging.INFO) -> None:
    """Write the process's logs to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(OneLine())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Spiff's own loggers attach whole task data to their records while their level is unset.
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
