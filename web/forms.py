"""What came in a form: texts, repeated choices and files, as plain values.

Files stay in memory until they are stored, for a request is never large; a full temporary folder must not stand
between a person and an answer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any

from litestar import Request, _multipart
from litestar.datastructures import FormMultiDict, UploadFile
from litestar.di import NamedDependency

IGNORED = {"_csrf_token"}
SENT = "sent_form"
LARGEST = 16_000_000
"""More than a request may hold (`web.app.LARGEST_BODY`)."""


class _InMemory(UploadFile):
    """Litestar passes files of over a megabyte over the disk, and offers no setting for it."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **{**named, "max_spool_size": LARGEST})


_multipart.UploadFile = _InMemory  # type: ignore[attr-defined]  # no public name asks for it


@dataclass(frozen=True)
class Upload:
    """A file someone sent. `media_type` is what the browser claims; nobody may trust it."""

    filename: str
    media_type: str
    content: bytes


class SentForm:
    """Reads a submitted form. Line breaks become one kind and characters no text holds are dropped."""

    def __init__(self, data: FormMultiDict) -> None:
        self._texts: dict[str, list[str]] = {}
        self._files: dict[str, list[Upload]] = {}
        for name, value in data.multi_items():
            if name in IGNORED:
                continue
            if isinstance(value, UploadFile):
                if value.filename:
                    self._files.setdefault(name, []).append(_upload(value))
            else:
                self._texts.setdefault(name, []).append(_clean(str(value)))

    def text(self, name: str, default: str = "") -> str:
        """The last text under a name, blanks around it taken off."""
        return self._texts.get(name, [default])[-1].strip()

    def all(self, name: str) -> list[str]:
        return list(self._texts.get(name, []))

    def ticked(self, name: str) -> bool:
        return bool(self.text(name))

    def files(self, name: str) -> list[Upload]:
        return list(self._files.get(name, []))

    def values(self) -> dict[str, str]:
        """Every name with its last text, to show again what was typed."""
        return {name: texts[-1] for name, texts in self._texts.items()}

    def pairs(self) -> list[tuple[str, str]]:
        """Every text under its name, repeated ones too, to be sent once more."""
        return [(name, text) for name, texts in self._texts.items() for text in texts]

    def has_files(self) -> bool:
        return bool(self._files)

    def answers(self) -> dict[str, Any]:
        """Everything as `runtime.complete` takes it: a text, a list of texts, or an Upload."""
        texts: Mapping[str, Any] = {
            name: texts[0] if len(texts) == 1 else list(texts) for name, texts in self._texts.items()
        }
        return {**texts, **{name: files[0] for name, files in self._files.items()}}


async def read(request: Request[Any, Any, Any]) -> SentForm:
    """The dependency `form`."""
    state = request.scope["state"]
    if SENT not in state:  # files can be read once
        state[SENT] = SentForm(await request.form())
    made: SentForm = state[SENT]
    return made


def _upload(value: UploadFile) -> Upload:
    name = PurePath(value.filename.replace("\\", "/")).name
    return Upload(_clean(name)[-200:], value.content_type, value.file.read())


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(
        char for char in text if char in "\n\t" or (ord(char) >= 32 and not 127 <= ord(char) < 160)
    )


Form = NamedDependency[SentForm]
"""What a handler writes: `form: Form`."""
