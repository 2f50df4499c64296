"""A file as pictures of its pages: nothing of the original's layers, names, places or hidden text survives.

Reading a stranger's file is done in a child process with bounds on time and memory; what it does to the child
is an answer about the file.
"""

import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

from processes.errors import Reason, Refused
from processes.rendered_child import TOO_LONG

SECONDS = 40
KINDS = ("application/pdf", "image/png", "image/jpeg")
"""The types that can be drawn; an author of another kind is asked for a PDF, or the text is typed."""
_HOME = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Rendered:
    """A PDF of pictures. `pages` counts them."""

    content: bytes = field(repr=False)
    pages: int


def render(content: bytes, media_type: str) -> Rendered:
    """Draw a file's pages anew. In: its bytes and type. Out: a PDF that holds pictures alone.

    Errors: Refused (`file_not_drawn`, `file_too_many_pages`) when it cannot be drawn within the bounds.
    """
    if media_type not in KINDS:
        raise Refused({"files": Reason("file_not_drawn")})
    command = [sys.executable, "-m", "processes.rendered_child", media_type]
    try:
        done = subprocess.run(  # noqa: S603  our own module
            command, input=content, capture_output=True, timeout=SECONDS, cwd=_HOME, check=False
        )
    except subprocess.TimeoutExpired as late:
        raise Refused({"files": Reason("file_not_drawn")}) from late
    if done.returncode == TOO_LONG:
        raise Refused({"files": Reason("file_too_many_pages", limit=int(done.stdout or b"0"))})
    if done.returncode != 0 or not done.stdout:
        raise Refused({"files": Reason("file_not_drawn")})
    pages, _, drawn = done.stdout.partition(b"\n")
    return Rendered(drawn, int(pages))
