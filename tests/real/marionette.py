"""Just enough of Mozilla's remote protocol to run scripts inside its programs: `length:[kind, id, name or error, content]`."""

from __future__ import annotations

import json
import socket
from typing import Any


class Refused(Exception):  # noqa: N818  it is what happened, as every error of the house
    """The program did not do what it was told; the message holds its words."""


class Marionette:
    """A session with the program that listens at a port of this machine. In: how long one command may take."""

    def __init__(self, port: int, seconds: float = 120) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=seconds)
        self._number = 0
        self._read()  # its greeting
        self.call("WebDriver:NewSession", {})
        self.call("Marionette:SetContext", {"value": "chrome"})
        self.call("WebDriver:SetTimeouts", {"script": int(seconds * 1000)})

    def run(self, script: str, *arguments: object) -> Any:
        """Run the body of an asynchronous function in the program. In: what it finds as `arguments`. Out: what it returns."""
        body = f"const [given, resolve] = arguments; (async (arguments) => {{ {script} }})(given)"
        wrapped = f"{body}.then(value => resolve({{ value }}), error => resolve({{ error: `${{error}} ${{error.stack}}` }}))"
        said = self.call(
            "WebDriver:ExecuteAsyncScript",
            {"script": wrapped, "args": [list(arguments)], "sandbox": "system", "newSandbox": False},
        )["value"]
        if "error" in said:
            raise Refused(said["error"])
        return said.get("value")

    def call(self, name: str, content: dict[str, object]) -> Any:
        """One command. Out: its answer. Errors: Refused, OSError when the program ended or hangs."""
        self._number += 1
        raw = json.dumps([0, self._number, name, content]).encode()
        self._socket.sendall(f"{len(raw)}:".encode() + raw)
        _, _, error, answer = self._read()
        if error:
            raise Refused(
                f"{name}: {error.get('error')}: {error.get('message')}\n{error.get('stacktrace', '')}"
            )
        return answer

    def close(self) -> None:
        self._socket.close()

    def _read(self) -> Any:
        size = b""
        while not size.endswith(b":"):
            size += self._exactly(1)
        return json.loads(self._exactly(int(size[:-1])))

    def _exactly(self, count: int) -> bytes:
        found = b""
        while len(found) < count:
            piece = self._socket.recv(count - len(found))
            if not piece:
                raise ConnectionError("the program ended")
            found += piece
        return found
