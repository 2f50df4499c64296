"""Ask a virus scanner about bytes: clamd's INSTREAM, over TCP or a socket on this machine.

The scanner sees bytes and nothing else: no name, no address. When it cannot be asked, nothing is known, and the caller
keeps the file waiting. Protocol: `man 8 clamd`, section COMMANDS.
"""

from __future__ import annotations

import socket
import struct
from urllib.parse import unquote, urlsplit

PORT = 3310
CHUNK = 65_536
LONGEST_ANSWER = 4_096


class ScannerAwayError(Exception):
    """The scanner could not be asked. The sentence says what, where and how to mend it."""


class Scanner:
    """A clamd by its address: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`.

    `timeout` is how many seconds one file may take. Errors: ValueError for another kind of address.
    """

    def __init__(self, url: str, *, timeout: float = 60.0) -> None:
        parts = urlsplit(url)
        self.url, self._timeout = url, timeout
        self._path = unquote(parts.path) if parts.scheme == "unix" else ""
        self._host, self._port = parts.hostname or "", parts.port or PORT
        if parts.scheme not in ("tcp", "unix") or not (self._path or self._host):
            raise ValueError(
                f"{url!r} is no address of a clamd: write tcp://host:3310 or unix:///run/clamav/clamd.ctl"
            )

    def scan(self, content: bytes) -> str:
        """In: a file's bytes. Out: the name of what was found, empty when it is clean.

        Errors: ScannerAwayError when there is no clear answer: refused, too slow, too large for its StreamMaxLength.
        """
        try:
            with self._open() as line:
                line.sendall(b"zINSTREAM\0")
                for at in range(0, len(content), CHUNK):
                    part = content[at : at + CHUNK]
                    line.sendall(struct.pack("!I", len(part)) + part)
                line.sendall(struct.pack("!I", 0))
                answer = _read(line)
        except OSError as error:
            raise ScannerAwayError(
                f"The virus scanner at {self.url} does not answer ({error}): start clamd, or correct KAASA_CLAMD_URL; files wait."
            ) from error
        return self._understood(answer)

    def ask(self) -> None:
        """Make sure the scanner answers (PING). Errors: ScannerAwayError."""
        try:
            with self._open() as line:
                line.sendall(b"zPING\0")
                answer = _read(line)
        except OSError as error:
            raise ScannerAwayError(f"The virus scanner at {self.url} does not answer ({error}).") from error
        if answer != "PONG":
            raise ScannerAwayError(f"{self.url} answers PING with {answer[:80]!r}: it is no clamd.")

    def _open(self) -> socket.socket:
        if not self._path:
            return socket.create_connection((self._host, self._port), timeout=self._timeout)
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(self._timeout)
        try:
            line.connect(self._path)
        except OSError:
            line.close()
            raise
        return line

    def _understood(self, answer: str) -> str:
        said = answer.removeprefix("stream:").strip()
        if said == "OK":
            return ""
        if said.endswith(" FOUND"):
            return said.removesuffix(" FOUND") or "FOUND"
        raise ScannerAwayError(
            f"The virus scanner at {self.url} says {said[:200]!r}: look at its log, and raise StreamMaxLength if it is too small."
        )


def _read(line: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        part = line.recv(LONGEST_ANSWER)
        if not part:
            break
        answer += part
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()
