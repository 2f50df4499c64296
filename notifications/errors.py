"""What can go wrong in the post office. Each error says what, where, and what helps."""

from __future__ import annotations


class PostError(Exception):
    """The root of every error this package raises on purpose."""


class LetterUnreadable(PostError):
    """A letter file is not a letter: no subject line, no body, or braces that are not a field."""

    def __init__(self, findings: list[str]) -> None:
        super().__init__("This text is not a letter: " + "; ".join(findings))
        self.findings = findings


class FieldMissing(PostError):
    """A letter names a field that was not given. Give it, or take it out of the letter."""

    def __init__(self, letter: str, fields: list[str]) -> None:
        super().__init__(f"Letter {letter!r} needs {', '.join(fields)}: give a value, or remove the field.")
        self.letter = letter
        self.fields = fields


class ValueRefused(PostError):
    """A field's value cannot stand where the letter wants it (two lines in a subject, a strange link)."""

    def __init__(self, field: str, why: str) -> None:
        super().__init__(f"The value of {{{field}}} cannot be used: {why}")
        self.field = field


class AddressRefused(PostError):
    """Something that is not one plain mail address. Ask the person for the address again."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}. Give one address such as name@example.ee.")
        self.where = where


class EventRefused(PostError):
    """An event that no calendar would understand. Correct its times or names."""


class MailRefused(PostError):
    """The guard before the outbox found faults in a finished mail; nothing was put out."""

    def __init__(self, dedup_key: str, findings: list[str]) -> None:
        super().__init__(f"Letter {dedup_key!r} was not put out: {'; '.join(findings)}. Correct its maker.")
        self.dedup_key = dedup_key
        self.findings = findings


class LetterUnknown(PostError):
    """No such letter in this outbox or postbox; it may have been removed. Look at the list again."""

    def __init__(self, letter_id: str) -> None:
        super().__init__(f"There is no letter {letter_id!r} here: look at the list again.")


class LetterNotWaiting(PostError):
    """A letter that has left, or was replaced, cannot be sent again. Put out a new letter."""

    def __init__(self, letter_id: str, state: str) -> None:
        super().__init__(f"Letter {letter_id!r} is {state}: it cannot be sent again, put out a new one.")
        self.state = state


class TokenRefused(PostError):
    """The token endpoint gave no token: no letter leaves until it does. Check the client's id, secret and scope."""

    def __init__(self, said: str) -> None:
        super().__init__(f"The token endpoint answered {said}: check the client's id, secret and scope.")
