"""What no person wrote: our own letters come back, absence notes, lists (RFC 3834, RFC 2919)."""

from __future__ import annotations

import re

from notifications.inbound import address
from notifications.inbound.mime import Part

HOPS = 50
_OURS = re.compile(r"\+[a-z2-7]{24}@")  # only letters of ours leave from such an address
_NOBODY = re.compile(r"(no|do[-_.]?not)[-_.]?(reply|respond)[-_.+@0-9]")
_SUBJECT = re.compile(
    r"(?i)^\s*(auto(matic|mated|matische)?[ -]?(reply|response|vastus|antwort|svar)|automaat(ne )?[ -]?vastus|automaatvastus"
    r"|out of( the)? office|kontorist väljas|kontorist eemal|puhkusel|eemalolekuteade|eemal:|autosvar|abwesen|poissaolo"
    r"|automaattinen vastaus|автоответ|автоматический ответ|вне офиса|vacation|away from|i am (currently )?(out|away)|auto:)"
)
_ROBOT_HEADERS = (
    "x-autoreply",
    "x-autorespond",
    "x-auto-reply-from",
    "x-mail-autoreply",
    "x-autoresponder",
    "x-vacation",
)

_LIST_HEADERS = ("list-id", "list-post", "list-unsubscribe", "mailing-list", "x-mlserver")


def returns_to_us(mail: Part, sender: str) -> str:
    """Out: a short word when our own letter came back or goes in circles, else empty."""
    if len(mail.values("received")) > HOPS:
        return "too_many_hops"
    if sender.startswith("osalus+") or _OURS.search(sender):
        return "our_own_letter"
    return ""


def says_so(mail: Part) -> str:
    """Out: a short word when a machine sent this mail, else empty. Such mail is never answered."""
    submitted = mail.value("auto-submitted").partition(";")[0].strip().lower()
    if submitted and submitted != "no":
        return "auto_submitted"
    for name in _ROBOT_HEADERS:
        if mail.value(name):
            return name.replace("-", "_")
    if mail.value("precedence").strip().lower() in {"bulk", "junk", "list", "auto_reply", "auto-reply"}:
        return "precedence"
    if any(mail.value(name) for name in _LIST_HEADERS):
        return "list"
    if mail.value("x-ms-exchange-generated-message-source").lower().startswith("mailbox rules"):
        return "exchange_rule"
    if mail.value("return-path").strip() == "<>":
        return "null_sender"
    if _NOBODY.match(address.sender(mail)[1]):
        return "no_reply_sender"
    return "subject_of_auto_reply" if _SUBJECT.match(mail.words("subject")[:300]) else ""
