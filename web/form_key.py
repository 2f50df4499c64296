"""The key of a form: made when it is shown, sent with it, so that two presses are one deed."""

import secrets


def new_key() -> str:
    """Out: a key nobody has used."""
    return secrets.token_urlsafe(12)
