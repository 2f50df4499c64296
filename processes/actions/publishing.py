"""Publishing an opinion: only what its author allowed, only in the words an official has read and cleaned.

The text as received is never touched; a private person is shown without a name.
"""

import re
from datetime import datetime

from sqlmodel import Session

from processes.actions import planner_case
from processes.actions.giving import MAX_TEXT, check_length, clean
from processes.actions.themes import find
from processes.errors import Reason, Refused
from processes.feedback import TO_ANSWER
from processes.permission import Actor

ID_CODE = re.compile(r"(?<!\d)[1-6]\d{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])\d{4}(?!\d)")
"""An Estonian personal identification code."""
ADDRESS = re.compile(r"[^\s@<>]+@[^\s@<>]+\.[a-zA-Z]{2,}")


def publish(
    session: Session, actor: Actor, number: str, feedback_id: str, text: str, *, now: datetime
) -> str:
    """Show an opinion on the case's page in these words. Again with other words replaces them. Out: its receipt.

    Errors: NotAllowed, NotFound, Refused without the author's consent or with personal data left in the words.
    """
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    words = clean(text)
    problems: dict[str, Reason] = {}
    if not said.may_publish:
        problems["public_text"] = Reason("no_consent")
    elif said.state not in TO_ANSWER:
        problems["public_text"] = Reason("not_counted")
    else:
        check_length(problems, "public_text", words, MAX_TEXT, required=True)
        if ID_CODE.search(words):
            problems["public_text"] = Reason("id_code_in_text")
        elif said.author_kind == "person" and _names_author(words, said.author_name):
            problems["public_text"] = Reason("name_in_text")
        elif ADDRESS.search(words):
            problems["public_text"] = Reason("address_in_text")
    if problems:
        raise Refused(problems)
    said.public_text, said.published_at = words, said.published_at or now
    session.add(said)
    return said.receipt


def unpublish(session: Session, actor: Actor, number: str, feedback_id: str) -> str:
    """Take an opinion off the case's page; its cleaned words are kept. Out: its receipt. Errors: NotAllowed, NotFound."""
    case = planner_case.find(session, actor, number)
    said = find(session, case, feedback_id, lock=True)
    said.published_at = None
    session.add(said)
    return said.receipt


def _names_author(words: str, name: str) -> bool:
    return len(name) > 3 and name.casefold() in words.casefold()
