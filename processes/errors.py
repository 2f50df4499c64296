"""What can go wrong in the municipality's rooms: a class per cause; web words it for people."""

from collections.abc import Mapping


class ProcessError(Exception):
    """Any refusal of this floor. `code` names the sentence, `params` fill it."""

    code = "problem"

    def __init__(self, message: str = "", /, **params: object) -> None:
        super().__init__(message or self.code)
        self.params: Mapping[str, object] = params


class NotFound(ProcessError):
    """There is no such thing, or it belongs to another municipality: the two are told alike."""

    code = "not_found"


class NotAllowed(ProcessError):
    """The person may not do this; ask someone whose role it is."""

    code = "not_allowed"


class Refused(ProcessError):
    """What was typed cannot be taken as it is. `problems` maps a field to a code and its params."""

    code = "refused"

    def __init__(self, problems: Mapping[str, "Reason"]) -> None:
        super().__init__("; ".join(f"{field}: {reason.code}" for field, reason in problems.items()))
        self.problems = dict(problems)


class Reason:
    """Why a field was refused: a stable code that web words in three languages, and its params."""

    __slots__ = ("code", "params")

    def __init__(self, code: str, /, **params: object) -> None:
        self.code = code
        self.params: Mapping[str, object] = params

    def __repr__(self) -> str:
        return f"Reason({self.code!r}, {dict(self.params)!r})"


class TooLate(ProcessError):
    """The step is closed or the term has ended; the late path is open where the law leaves room."""

    code = "too_late"


class NotYet(ProcessError):
    """The round has not begun; `opens_at` says when it does, where that is already known."""

    code = "not_yet"


class LinkNotValid(ProcessError):
    """A link is unknown, revoked, expired or of another case: the four are told alike."""

    code = "link_not_valid"


class FileWaits(ProcessError):
    """The virus scanner has not looked at the file yet; nobody is given it before."""

    code = "file_waits"


class FileInfected(ProcessError):
    """The virus scanner found something in the file; nobody is given it."""

    code = "file_infected"


class Conflict(ProcessError):
    """Someone else changed the same thing first; look again and repeat."""

    code = "conflict"
