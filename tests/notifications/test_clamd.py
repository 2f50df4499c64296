"""A virus scanner asked over TCP and over a socket, against a small server that speaks clamd's protocol."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from notifications.clamd import CHUNK, Scanner, ScannerAwayError

EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"


class Clamd(threading.Thread):
    """Answers one conversation after another: INSTREAM in chunks, PING; `limit` is its StreamMaxLength."""

    def __init__(self, listening: socket.socket, limit: int = 10_000_000) -> None:
        super().__init__(daemon=True)
        self.listening, self.limit, self.sizes, self.largest = listening, limit, [], 0

    def run(self) -> None:
        while True:
            try:
                line, _ = self.listening.accept()
            except OSError:
                return
            with line, line.makefile("rb") as told:
                self._talk(line, told)

    def _talk(self, line, told) -> None:
        command = b""
        while not command.endswith(b"\0"):
            command += told.read(1)
        if command == b"zPING\0":
            line.sendall(b"PONG\0")
            return
        content = b""
        while size := struct.unpack("!I", told.read(4))[0]:
            self.largest = max(self.largest, size)
            content += told.read(size)
        self.sizes.append(len(content))
        if len(content) > self.limit:
            line.sendall(b"INSTREAM size limit exceeded. ERROR\0")
        else:
            line.sendall(b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")


def listening_at(kind: str, folder: Path) -> tuple[socket.socket, str]:
    if kind == "unix":
        one = socket.socket(socket.AF_UNIX)
        one.bind(str(folder / "clamd.ctl"))
        url = f"unix://{folder}/clamd.ctl"
    else:
        one = socket.socket()
        one.bind(("127.0.0.1", 0))
        url = f"tcp://127.0.0.1:{one.getsockname()[1]}"
    one.listen()
    return one, url


@pytest.fixture(params=["tcp", "unix"])
def clamd(request, tmp_path) -> Iterator[tuple[Clamd, Scanner]]:
    listening, url = listening_at(request.param, tmp_path)
    server = Clamd(listening)
    server.start()
    yield server, Scanner(url, timeout=5)
    listening.shutdown(socket.SHUT_RDWR)
    listening.close()
    server.join(5)


def test_a_clean_file_has_no_name_and_a_virus_has_its_own(clamd):
    server, scanner = clamd
    scanner.ask()
    assert scanner.scan(b"%PDF-1.7 hello") == ""
    assert scanner.scan(b"x" * 200_000 + EICAR) == "Eicar-Signature"
    assert scanner.scan(b"") == ""
    assert server.sizes == [14, 200_000 + len(EICAR), 0]
    assert server.largest == CHUNK


def test_a_file_the_scanner_will_not_take_is_not_called_clean(clamd):
    server, scanner = clamd
    server.limit = 10
    with pytest.raises(ScannerAwayError, match="StreamMaxLength"):
        scanner.scan(b"x" * 11)


def test_a_scanner_that_is_not_there_or_no_scanner_says_nothing(tmp_path):
    listening, url = listening_at("tcp", tmp_path)
    with listening:
        silent = Scanner(url, timeout=0.2)
        with pytest.raises(ScannerAwayError):
            silent.scan(b"x")
    for scanner in (Scanner(url, timeout=1), Scanner(f"unix://{tmp_path}/none", timeout=1)):
        with pytest.raises(ScannerAwayError, match="does not answer"):
            scanner.scan(b"x")
        with pytest.raises(ScannerAwayError):
            scanner.ask()
    for wrong in ("http://x", "tcp://", "clamav"):
        with pytest.raises(ValueError, match="no address of a clamd"):
            Scanner(wrong)
