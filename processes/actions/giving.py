"""What an author hands in, words and files: cleaned, checked and kept in versions, the first one for ever.

Used by the resident's form and by the invited organisation's. Nothing here decides whether an opinion
may be taken (intake) or who gave it (opinion, invitation_answer).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlmodel import Session, select

from engine.upload import check_upload, content_type
from notifications.address import plain
from notifications.errors import AddressRefused
from processes.document import Attachment, Store
from processes.errors import Reason, Refused
from processes.feedback import Feedback, FeedbackVersion
from processes.publication import overtaken

MAX_TEXT = 20_000
"""Characters of an opinion: some ten pages; more goes into a file."""

MAX_NAME = 120
MAX_ADDRESS = 254
MAX_REASON = 2_000
MAX_FILES = 5

_KEY = re.compile(r"[A-Za-z0-9_-]{20,64}")
_UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u2028\u2029\ud800-\udfff]")


@dataclass(frozen=True)
class File:
    """A file as it came with a form; the name and type are the sender's word, the bytes are read."""

    filename: str
    content: bytes = field(repr=False)
    content_type: str = ""


@dataclass(frozen=True)
class Kept:
    """An attachment as its author sees it again."""

    id: str
    filename: str
    size: int


def clean(text: str) -> str:
    """Text without control characters, its line ends alike and its edges trimmed."""
    return _UNPRINTABLE.sub("", text.replace("\r\n", "\n").replace("\r", "\n")).strip()


def one_line(text: str) -> str:
    """A name or an address on one line, its inner spaces single."""
    return " ".join(clean(text).split())


def check_key(key: str) -> str:
    """The key a form was given when it was opened. Errors: Refused when it is not one of ours."""
    if not _KEY.fullmatch(key):
        raise Refused({"": Reason("form_incomplete")})
    return key


def check_length(
    problems: dict[str, Reason],
    name: str,
    value: str,
    limit: int,
    *,
    required: bool = False,
    missing: str = "required",
) -> None:
    """Add what is wrong with the length of a text to `problems`; `missing` is the code for an empty one."""
    if len(value) > limit:
        problems[name] = Reason("too_long", limit=limit, length=len(value))
    elif required and not value:
        problems[name] = Reason(missing)


def check_address(problems: dict[str, Reason], name: str, value: str) -> None:
    """Add what is wrong with a mail address: missing, too long, or not one a letter can be sent to."""
    check_length(problems, name, value, MAX_ADDRESS, required=True, missing="not_an_email")
    if name in problems:
        return
    try:
        plain(value, where=name)
    except AddressRefused:
        problems[name] = Reason("not_an_email")
        return
    if "." not in value.rpartition("@")[2]:
        problems[name] = Reason("not_an_email")


def check_files(problems: dict[str, Reason], files: Sequence[File], already: int = 0) -> None:
    """Add what is wrong with the files: too many, or the first one that may not be kept, by its name."""
    if len(files) + already > MAX_FILES:
        problems["files"] = Reason("too_many_files", limit=MAX_FILES)
        return
    for file in files:
        if (problem := check_upload(file)) is not None:
            problems["files"] = Reason(problem.code, file=file.filename[:80], **problem.params)
            return


def add_version(session: Session, feedback: Feedback, text: str, key: str, now: datetime) -> None:
    """Keep what the opinion says now as its newest version; the earlier ones stay beside it."""
    feedback.text = text
    session.add(feedback)
    session.flush()
    session.add(
        FeedbackVersion(
            municipality_id=feedback.municipality_id,
            feedback_id=feedback.id,
            version=feedback.version,
            text=text,
            submission_key=key,
            written_at=now,
        )
    )


def change_to(session: Session, feedback: Feedback, text: str, key: str, now: datetime) -> None:
    """Give an opinion new words. What was prepared for publishing is undone: it was of the old ones."""
    feedback.version += 1
    overtaken(session, feedback, now)
    add_version(session, feedback, text, key, now)


def came_before(session: Session, feedback: Feedback, key: str) -> bool:
    """Whether this very form has already made a version of the opinion."""
    query = select(FeedbackVersion.version).where(
        FeedbackVersion.municipality_id == feedback.municipality_id,
        FeedbackVersion.feedback_id == feedback.id,
        FeedbackVersion.submission_key == key,
    )
    return session.exec(query).first() is not None


def attach(session: Session, store: Store, feedback: Feedback, files: Sequence[File], now: datetime) -> None:
    """Keep the files of an opinion: the bytes in the store, a row beside the opinion for each."""
    for file in files:
        session.add(
            Attachment(
                municipality_id=feedback.municipality_id,
                feedback_id=feedback.id,
                filename=file.filename,
                media_type=content_type(file.filename),
                size=len(file.content),
                digest=store.put(feedback.municipality_id, file.content),
                added_at=now,
                scan=store.arrives_as,
            )
        )


def attached(session: Session, feedback: Feedback) -> list[Attachment]:
    """The files of an opinion, in the order they came."""
    query = select(Attachment).where(
        Attachment.municipality_id == feedback.municipality_id, Attachment.feedback_id == feedback.id
    )
    return list(session.exec(query.order_by(Attachment.id)).all())


def detach(session: Session, feedback: Feedback, ids: frozenset[str]) -> int:
    """Take the author's removed files off an opinion. Out: how many stay."""
    staying = 0
    for row in attached(session, feedback):
        if row.id in ids:
            session.delete(row)
        else:
            staying += 1
    return staying
