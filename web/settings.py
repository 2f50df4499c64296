"""Settings of one installation, from the environment (`KAASA_…`); nothing here is a secret by default."""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit, urlunsplit

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

SECRET_BYTES = 32
SHORTEST_TOKEN = 16
LOOPBACK = {"127.0.0.1", "::1", "localhost"}


class Settings(BaseSettings):
    """What may differ between installations. Every field is an environment variable `KAASA_<NAME>`."""

    model_config = SettingsConfigDict(env_prefix="KAASA_", frozen=True, extra="ignore")

    folder: Path = Path("var")
    """Where the database file, the documents, the secret and the demonstration's post lie."""
    database_url: str = ""
    """`sqlite:///…` or `postgresql+psycopg://…`; empty: `kaasa.db` in `folder`."""
    secret_file: Path | None = None
    """A file with at least 32 characters; made in `folder` on the first start when not named."""
    host: str = "127.0.0.1"
    port: int = 8000
    base_url: str = ""
    """The address people see, such as `https://kaasa.example.ee`; empty: from host and port."""
    municipality_id: str = "9999"
    """EHAK code of the municipality this installation serves."""
    smtp_url: str = ""
    """`smtp://user:password@host:587` or `smtps://…`; empty: letters go to the Maildir in `folder`."""
    smtp_token_url: str = ""
    """The token endpoint (https) of a mail server that wants XOAUTH2 instead of a password; the user is in `smtp_url`."""
    smtp_client_id: str = ""
    """Our client's id at the token endpoint."""
    smtp_client_secret_file: Path | None = None
    """A file with our client's secret."""
    smtp_refresh_token_file: Path | None = None
    """A file with a refresh token, where the provider wants that grant instead of client credentials."""
    smtp_scope: str = "https://outlook.office365.com/.default"
    """The scope asked for at the token endpoint."""
    letters_a_minute: int = Field(default=0, ge=0)
    """The most letters a minute through the mail server, of this node; 0 means no limit."""
    letters_a_minute_to_a_domain: int = Field(default=0, ge=0)
    """The most letters a minute to one recipient domain, of this node; 0 means no limit."""
    sender_address: str = "kaasamine@naidisvald.example"
    """The address letters are sent from; its domain also receives the answers."""
    imap_url: str = ""
    """A mailbox that answers come to: `imaps://user@host/INBOX`; the mail stays there unread."""
    imap_password_file: Path | None = None
    """A file with the password of `imap_url`, where it does not stand in the address."""
    lmtp_port: int = Field(default=0, ge=0, le=65535)
    """Where the house's own mail server hands mail in by LMTP; 0 means that it does not."""
    lmtp_host: str = "127.0.0.1"
    """The address the LMTP door listens at."""
    maildir: Path | None = None
    """A Maildir that a mail server puts answers into."""
    clamd_url: str = ""
    """A virus scanner that looks at every file from outside: `tcp://host:3310` or `unix:///run/clamav/clamd.ctl`."""
    mail_every: float = Field(default=60.0, ge=1)
    """Seconds between looks into the mailbox and the Maildir."""
    heartbeat: float = 10.0
    """PostgreSQL: seconds between a node's signs of life; after three missed ones another takes over its ticks."""
    metrics_token_file: Path | None = None
    """A file with the token `/metrics` asks for; without it only programs on this machine may read the figures."""
    demo: bool = False
    """Whether this is the demonstration: a clock held in hand and a bar that says so."""
    reload_templates: bool = False
    """Read changed templates again without a restart; for those who write pages."""

    def url(self) -> str:
        """Out: the address people see, without a slash at the end."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return (self.base_url or f"http://{host}:{self.port}").rstrip("/")

    def database(self) -> str:
        """Out: the URL of the database."""
        return self.database_url or f"sqlite:///{self.folder / 'kaasa.db'}"

    def imap_address(self) -> str:
        """Out: `imap_url` with its password, from the file where one is named."""
        if self.imap_password_file is None:
            return self.imap_url
        parts = urlsplit(self.imap_url)
        host = parts.netloc.rpartition("@")[2]
        secret = quote(self.imap_password_file.read_text().strip(), safe="")
        return urlunsplit(
            parts._replace(netloc=f"{quote(unquote(parts.username or ''), safe='')}:{secret}@{host}")
        )

    def https(self) -> bool:
        return self.url().startswith("https://")

    def local(self) -> bool:
        """Whether only this machine can reach the server, by its own address and by the one people see."""
        return self.host in LOOPBACK and urlsplit(self.url()).hostname in LOOPBACK

    def metrics_token(self) -> str:
        """Out: what a program that reads the figures must send; empty when no token is asked for."""
        path = self.metrics_token_file
        if path is None:
            return ""
        token = path.read_text().strip()
        if len(token) < SHORTEST_TOKEN:
            raise SystemExit(
                f"{path}: the token is too short; put at least {SHORTEST_TOKEN} characters there"
            )
        return token

    def secret(self) -> bytes:
        """Out: the installation's secret. The first start makes it, readable by its owner alone."""
        path = self.secret_file or self.folder / "secret"
        if not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o400)
            with os.fdopen(handle, "w") as file:
                file.write(secrets.token_hex(SECRET_BYTES))
        content = path.read_text().strip().encode()
        if len(content) < SECRET_BYTES:
            raise SystemExit(f"{path}: the secret is too short; put at least {SECRET_BYTES} characters there")
        return content
