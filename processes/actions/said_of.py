"""What any page shows of an opinion: its first words, its files, and how an answer would reach its author."""

from dataclasses import dataclass

from sqlmodel import Session, select

from processes.document import Attachment
from processes.feedback import Feedback


@dataclass(frozen=True)
class File:
    """An attachment's name and size."""

    id: str
    filename: str
    size: int


def beginning(text: str, most: int = 160) -> str:
    """The first words of an opinion, on one line."""
    flat = " ".join(text.split())
    return flat if len(flat) <= most else flat[:most].rsplit(" ", 1)[0] + " …"


def reply_way(said: Feedback) -> str:
    """How an answer reaches its author: mail, post, phone, or nobody when no address was left."""
    if said.author_email and said.wants_reply:
        return "mail"
    if said.author_address:
        return "post"
    return "phone" if said.author_phone else "nobody"


def files(session: Session, said: Feedback) -> tuple[File, ...]:
    """The files of an opinion, in the order they came."""
    query = select(Attachment).where(
        Attachment.municipality_id == said.municipality_id, Attachment.feedback_id == said.id
    )
    return tuple(File(it.id, it.filename, it.size) for it in session.exec(query.order_by(Attachment.id)))
