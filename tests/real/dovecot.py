"""A real Dovecot of our own: unprivileged, on loopback, in a folder that goes away.

It runs "rootless" as its manual tells. One folder stands inside the compiled library, that of its modules; our copy of the
library names ours instead.
"""

from __future__ import annotations

import grp
import os
import pwd
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from tests.real import debian

PASSWORD = "salasona-1"
MODULES = b"/usr/lib/dovecot/modules\0"
CONFIGURATION = """
protocols = imap lmtp
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/log
libexec_dir = {libexec}
mail_plugin_dir = {libexec}/modules
login_plugin_dir = {libexec}/modules/login
import_environment = TZ LC_ALL LD_LIBRARY_PATH
listen = 127.0.0.1
default_login_user = {user}
default_internal_user = {user}
default_internal_group = {group}
disable_plaintext_auth = no
ssl = {ssl}
{keys}
mail_location = maildir:{folder}/mail/%n
recipient_delimiter = +
lmtp_save_to_detail_mailbox = no
first_valid_uid = 0
passdb {{
  driver = static
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/mail/%n allow_all_users=yes
}}
service config {{
  executable = config -c {folder}/dovecot.conf
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  chroot =
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
protocol imap {{
  imap_capability = {capability}
}}
protocol lmtp {{
  postmaster_address = postmaster@mx.example
}}
"""


@dataclass(frozen=True)
class Dovecot:
    """Where it listens. Everybody has a mailbox here, by the name before the `@`, all with one password."""

    folder: Path
    imap: int
    imaps: int
    lmtp: int

    def url(self, name: str) -> str:
        """Out: the address of a mailbox, as the settings want it."""
        return f"imap://{name}:{PASSWORD}@127.0.0.1:{self.imap}/INBOX"

    def hang_up(self) -> None:
        """Drop every signed-in connection, as a server that restarts does."""
        master = int((self.folder / "run" / "master.pid").read_text())
        for child in Path(f"/proc/{master}/task/{master}/children").read_text().split():
            with suppress(OSError):
                if Path(f"/proc/{child}/comm").read_text().strip() == "imap":
                    os.kill(int(child), signal.SIGTERM)

    def forget(self, name: str) -> None:
        """Let a mailbox forget its UIDs, as one that was restored from a copy does."""
        for file in (self.folder / "mail" / name).glob("dovecot*"):
            file.unlink()

    @property
    def log(self) -> str:
        file = self.folder / "log"
        return file.read_text(errors="replace") if file.exists() else ""


@contextmanager
def running(*, capability: str = "", tls: bytes = b"") -> Iterator[Dovecot]:
    """Start one. In: what it says it can do, if not all; a key with its certificate. Errors: NotToBeHad."""
    packages = debian.unpacked("dovecot-imapd", "dovecot-lmtpd")
    with debian.place() as folder:
        ports = debian.free_port(), debian.free_port() if tls else 0, debian.free_port()
        made = Dovecot(folder, *ports)
        environment = _lay_out(made, packages, capability, tls)
        # doveconf hands its settings on: the server alone would look for them where Debian puts them.
        programs, file = packages.usr, folder / "dovecot.conf"
        command = [programs / "bin/doveconf", "-c", file, "-e", programs / "sbin/dovecot", "-F"]
        said = folder / "said"
        with (
            said.open("w") as output,
            subprocess.Popen(
                command,
                env=environment,
                cwd=folder,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                **debian.who(),
            ) as process,
        ):
            try:
                if not debian.answers(made.imap, process):
                    raise debian.NotToBeHad(f"Dovecot did not start: {said.read_text()}\n{made.log}")
                yield made
            finally:
                process.terminate()
                process.wait(20)


def _lay_out(made: Dovecot, packages: debian.Unpacked, capability: str, tls: bytes) -> dict[str, str]:
    folder, libexec = made.folder, packages.usr / "lib/dovecot"
    for name in ("run", "state", "mail", "lib"):
        (folder / name).mkdir()
    identity = debian.who()
    keys = folder / "keys.pem"
    keys.write_bytes(tls)
    text = CONFIGURATION.format(
        folder=folder, libexec=libexec, password=PASSWORD, imap=made.imap, imaps=made.imaps, lmtp=made.lmtp,
        user=pwd.getpwuid(identity.get("user", os.getuid())).pw_name,
        group=grp.getgrgid(identity.get("group", os.getgid())).gr_name,
        ssl="yes" if tls else "no", keys=f"ssl_cert = <{keys}\nssl_key = <{keys}" if tls else "", capability=capability,
    )  # fmt: skip
    (folder / "dovecot.conf").write_text(text)
    library = packages.library("libdovecot.so.0").resolve().read_bytes()
    ours = os.fsencode(folder / "m").ljust(len(MODULES), b"\0")
    if len(ours) != len(MODULES) or MODULES not in library:
        raise debian.NotToBeHad("This Dovecot names its modules in another way than that of Debian 12 does.")
    (folder / "lib" / "libdovecot.so.0").write_bytes(library.replace(MODULES, ours))
    (folder / "m").symlink_to(libexec / "modules")
    debian.give(folder)
    environment = packages.environment()
    places = (str(folder / "lib"), environment["LD_LIBRARY_PATH"], str(libexec / "modules/old-stats"))
    return environment | {"LD_LIBRARY_PATH": ":".join(places)}
