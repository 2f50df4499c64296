"""How letters leave this installation: by which server, let in how, at what pace."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from engine.clock import Clock
from notifications.delivery import SmtpTransport, Transport
from notifications.maildir import MaildirTransport
from notifications.oauth import TokenSource
from notifications.pace import Pace
from web.settings import LOOPBACK, Settings


def transport(settings: Settings, mailbox: Path, wall: Clock) -> Transport:
    """SMTP when a server is named, else a Maildir beside the database. In: the clock that tokens expire by."""
    if not settings.smtp_url:
        return MaildirTransport(mailbox)
    url = urlsplit(settings.smtp_url)
    secure = url.scheme == "smtps"
    return SmtpTransport(
        url.hostname or "localhost",
        url.port or (465 if secure else 587),
        unquote(url.username) if url.username else None,
        unquote(url.password) if url.password else None,
        security="tls" if secure else ("starttls" if url.username else "none"),
        token=token_source(settings, wall),
    )


def token_source(settings: Settings, wall: Clock) -> TokenSource | None:
    """Tokens for XOAUTH2, when an endpoint is set; its secrets are read from files. Errors: SystemExit in words."""
    if not settings.smtp_token_url:
        return None
    url = urlsplit(settings.smtp_token_url)
    if url.scheme != "https" and url.hostname not in LOOPBACK:
        raise SystemExit("KAASA_SMTP_TOKEN_URL must begin with https://: a secret is sent there.")
    return TokenSource(
        settings.smtp_token_url,
        settings.smtp_client_id,
        _secret(settings.smtp_client_secret_file),
        settings.smtp_scope,
        wall.now,
        refresh_token=_secret(settings.smtp_refresh_token_file),
    )


def pace(settings: Settings) -> Pace:
    """How fast letters may leave this node."""
    return Pace(settings.letters_a_minute, settings.letters_a_minute_to_a_domain)


def _secret(path: Path | None) -> str:
    return path.read_text().strip() if path is not None else ""
