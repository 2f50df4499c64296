"""A node: the product as it is served in production, in its own process, with its worker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.request
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Node:
    """In: its name, where it listens, the settings of the installation as environment."""

    def __init__(self, name: str, port: int, environment: dict[str, str], logs: Path) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self._environment = {**os.environ, "KAASA_NO_BOOTSTRAP": "1", **environment, "KAASA_PORT": str(port)}
        self._log = (logs / f"{name}.log").open("a")
        self.kills = self.restarts = 0
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "web", "serve"],
            cwd=ROOT, env=self._environment, stdout=self._log, stderr=self._log,
        )  # fmt: skip

    def kill(self) -> None:
        self._process.send_signal(signal.SIGKILL)
        self._process.wait(10)
        self.kills += 1

    def keep(self) -> None:
        """What a service manager does: start again what ended, as a node does that meets no database at its start."""
        if not self.alive():
            self.restarts += 1
            assert self.restarts < 30, f"{self.url} ends by itself: {self._log.name}"
            self.start()

    def alive(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        """Ask it to stop, as a service manager does; it must within its patience."""
        self._process.send_signal(signal.SIGTERM)
        try:
            self._process.wait(40)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        finally:
            self._log.close()

    def wait_until_ready(self, seconds: float = 240) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with suppress(OSError), urllib.request.urlopen(f"{self.url}/health/ready", timeout=5) as answer:
                if answer.status == 200:
                    return
            self.keep()
            time.sleep(0.1)
        raise AssertionError(f"{self.url} was not ready within {seconds} s: {self._log.name}")
