"""Serving an application with Granian inside this process, until asked to stop."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import Callable

from granian.constants import Interfaces
from granian.http import HTTP1Settings
from granian.server.embed import Server
from litestar import Litestar

BACKLOG = 512


def serve(app: Litestar, host: str, port: int, *, ready: Callable[[], None] | None = None) -> None:
    """Serve until SIGINT or SIGTERM. In: the application, where, and what to do once it listens.

    Errors: SystemExit with a sentence when the port is taken.
    """
    if taken(host, port):
        raise SystemExit(f"Port {port} is taken by another program. Choose another one with --port.")
    logging.getLogger("granian").setLevel(logging.WARNING)
    asyncio.run(_serve(app, host, port, ready))


def taken(host: str, port: int) -> bool:
    """Whether something already listens there."""
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return True
    return False


async def _serve(app: Litestar, host: str, port: int, ready: Callable[[], None] | None) -> None:
    server = Server(
        app,
        address=host,
        port=port,
        interface=Interfaces.ASGI,
        websockets=False,
        backlog=BACKLOG,
        http1_settings=HTTP1Settings(header_read_timeout=15_000),
        log_enabled=False,
    )
    loop = asyncio.get_running_loop()
    serving = loop.create_task(server.serve())
    for kind in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(kind, server.stop)
    if ready is not None:
        await _listens(host, port, serving)
        ready()
    await serving


async def _listens(host: str, port: int, serving: asyncio.Task[None]) -> None:
    while not serving.done():
        try:
            _reader, writer = await asyncio.open_connection(host, port)
        except OSError:
            await asyncio.sleep(0.02)
        else:
            writer.close()
            return
