"""A real Postfix of our own: unprivileged, on loopback, in a folder that goes away.

Its programs insist on being root and on changing who they are; `uid_wrapper` and `nss_wrapper` (made by the Samba
project for such tests) let them believe so. Everything else is the server as Debian ships it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.real import debian

HOST = "mx.example"
FOLDERS = (
    "pid", "private", "public", "maildrop", "incoming", "active", "deferred", "defer", "bounce", "corrupt", "hold",
    "flush", "trace", "saved",
)  # fmt: skip
WRAPPERS = "LD_PRELOAD LD_LIBRARY_PATH UID_WRAPPER UID_WRAPPER_ROOT NSS_WRAPPER_PASSWD NSS_WRAPPER_GROUP NSS_WRAPPER_HOSTS"
SERVICES = """
{address} inet n - n - - smtpd
pickup unix n - n 60 1 pickup
cleanup unix n - n - 0 cleanup
qmgr unix n - n 300 1 qmgr
tlsmgr unix - - n 1000? 1 tlsmgr
rewrite unix - - n - - trivial-rewrite
bounce unix - - n - 0 bounce
defer unix - - n - 0 bounce
trace unix - - n - 0 bounce
verify unix - - n - 1 verify
flush unix n - n 1000? 0 flush
proxymap unix - - n - - proxymap
smtp unix - - n - - smtp
relay unix - - n - - smtp
showq unix n - n - - showq
error unix - - n - - error
retry unix - - n - - error
discard unix - - n - - discard
lmtp unix - - n - - lmtp
anvil unix - - n - 1 anvil
scache unix - - n - 1 scache
postlog unix-dgram n - n - 1 postlogd
"""


@dataclass
class Postfix:
    """What the tests need to know of it."""

    port: int
    folder: Path
    environment: dict[str, str] = field(repr=False)
    programs: Path = field(repr=False)

    @property
    def log(self) -> str:
        """Out: what it wrote down so far."""
        file = self.folder / "log" / "postfix.log"
        return file.read_text(errors="replace") if file.exists() else ""

    def wait_for(self, words: str, count: int = 1, seconds: float = 30) -> None:
        """Wait until its log holds some words so often. Errors: AssertionError with the log."""
        until = time.monotonic() + seconds
        while self.log.count(words) < count:
            assert time.monotonic() < until, f"not in {seconds} s: {words}\n{self.log[-6000:]}"
            time.sleep(0.1)


def lmtp(port: int) -> str:
    """Out: a route to who takes mail by LMTP at a port of this machine."""
    return f"lmtp:inet:127.0.0.1:{port}"


def smtp(port: int) -> str:
    """Out: a route to who takes mail by SMTP at a port of this machine."""
    return f"smtp:[127.0.0.1]:{port}"


@contextmanager
def running(*, routes: dict[str, str], tls: bytes = b"", **settings: str) -> Iterator[Postfix]:
    """Start one. In: who takes the mail of a domain or an address (`lmtp` or `smtp` below), a key with its certificate, settings.

    Mail for any other domain is returned to its sender. Errors: NotToBeHad.
    """
    packages = debian.unpacked("postfix", "libuid-wrapper", "libnss-wrapper")
    with debian.place() as folder:
        port = debian.free_port()
        _lay_out(folder, packages, port, routes, tls, settings)
        environment = packages.environment() | {
            "MAIL_CONFIG": str(folder / "etc"),
            "LD_PRELOAD": f"{packages.library('libuid_wrapper.so')} {packages.library('libnss_wrapper.so')}",
            "UID_WRAPPER": "1",
            "UID_WRAPPER_ROOT": "1",
            "NSS_WRAPPER_PASSWD": str(folder / "etc" / "passwd"),
            "NSS_WRAPPER_GROUP": str(folder / "etc" / "group"),
            "NSS_WRAPPER_HOSTS": str(folder / "etc" / "hosts"),
        }
        made = Postfix(port, folder, environment, packages.usr / "sbin")
        master = packages.usr / "lib" / "postfix" / "sbin" / "master"
        said = folder / "log" / "master"
        with said.open("w") as output, subprocess.Popen(
            [master, "-d", "-c", folder / "etc"], env=environment, cwd=folder, stdin=subprocess.DEVNULL,
            stdout=output, stderr=output, **debian.who(),
        ) as process:  # fmt: skip
            try:
                if not debian.answers(port, process):
                    raise debian.NotToBeHad(f"Postfix did not start: {said.read_text()}\n{made.log}")
                yield made
            finally:
                process.terminate()
                process.wait(20)


def _lay_out(
    folder: Path,
    packages: debian.Unpacked,
    port: int,
    routes: dict[str, str],
    tls: bytes,
    more: dict[str, str],
) -> None:
    for name in ("etc", "data", "log", *(f"queue/{name}" for name in FOLDERS)):
        (folder / name).mkdir(parents=True, exist_ok=True)
    identity = debian.who()
    number, group = identity.get("user", os.getuid()), identity.get("group", os.getgid())
    etc = folder / "etc"
    (etc / "passwd").write_text(
        f"root:x:0:0::/:/bin/sh\npostfix:x:{number}:{group}::/:/bin/sh\nplain:x:64001:64001::/:/bin/sh\n"
    )
    (etc / "group").write_text(f"root:x:0:\npostfix:x:{group}:\nplain:x:64001:\npostdrop:x:64002:\n")
    (etc / "hosts").write_text("127.0.0.1 localhost mx.example\n")
    where = ", ".join(f"{{ {address}={to} }}" for address, to in routes.items())
    settings = {
        "compatibility_level": "3.6", "queue_directory": folder / "queue", "data_directory": folder / "data",
        "command_directory": packages.usr / "sbin", "daemon_directory": packages.usr / "lib/postfix/sbin",
        "shlib_directory": packages.usr / "lib/postfix", "meta_directory": etc, "mail_owner": "postfix",
        "default_privs": "plain", "setgid_group": "postdrop", "import_environment": f"MAIL_CONFIG TZ LC_ALL {WRAPPERS}",
        "export_environment": f"MAIL_CONFIG TZ LC_ALL {WRAPPERS}", "myhostname": HOST, "mydestination": "",
        "alias_maps": "", "inet_interfaces": "127.0.0.1", "inet_protocols": "ipv4", "mynetworks": "127.0.0.0/8",
        "recipient_delimiter": "+", "maillog_file": folder / "log" / "postfix.log", "maillog_file_prefixes": folder,
        "smtpd_relay_restrictions": "permit_mynetworks, reject", "disable_dns_lookups": "yes",
        "default_transport": "error:5.1.2 no mail leaves this machine", "relay_transport": "error:5.1.2 nobody here",
        "relay_domains": ", ".join(sorted({address.rpartition("@")[2] for address in routes})), "transport_maps": f"inline:{{ {where} }}",
        "minimal_backoff_time": "1s", "maximal_backoff_time": "5s", "queue_run_delay": "1s", "local_recipient_maps": "",
    }  # fmt: skip
    if tls:
        (etc / "keys.pem").write_bytes(tls)
        settings |= {"smtpd_tls_security_level": "may", "smtpd_tls_chain_files": etc / "keys.pem"}
    settings |= more
    (etc / "main.cf").write_text("".join(f"{name} = {value}\n" for name, value in settings.items()))
    (etc / "master.cf").write_text(SERVICES.format(address=f"127.0.0.1:{port}").lstrip())
    debian.give(folder)
