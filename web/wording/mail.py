"""What is said about mail that came in."""

from web.i18n import N_

SENTENCES = {
    "mail_counted": N_("The answer counts now."),
    "mail_registered": N_("The opinion is registered under number {receipt}. Its author has been told."),
    "mail_aside": N_("The mail is put aside. It stays on record and can be found under all mail."),
    "mail_no_round": N_("This case takes no opinions now: choose another case, or put the mail aside."),
    "mail_too_long": N_("The text is too long: shorten it; the original mail is kept."),
    "mail_no_words": N_("Write the opinion's words."),
    "mail_answered": N_("The answer was sent as {program} would send it. It was read: {outcome}."),
}

KINDS = {
    "reply": N_("answer to an invitation"),
    "counter": N_("another time proposed"),
    "delegate": N_("somebody else is sent"),
    "bounce": N_("a letter was returned"),
    "receipt": N_("receipt"),
    "auto_reply": N_("automatic reply"),
    "loop": N_("our own letter came back"),
    "opinion": N_("opinion"),
    "unreadable": N_("not understood"),
}

OUTCOMES = {
    "counted": N_("counted"),
    "older": N_("not counted: a newer answer had come"),
    "old_date": N_("not counted: answered the old date"),
    "other_address": N_("from another address: does it count?"),
    "answers_nothing": N_("says neither yes nor no"),
    "no_token": N_("not known whose answer this is"),
    "no_meeting": N_("no such meeting"),
    "not_invited": N_("the sender is no longer invited"),
    "meeting_cancelled": N_("the meeting was cancelled"),
    "countered": N_("asks for another time: take it or say no"),
    "delegated": N_("wants to send somebody else: agree or say no"),
    "counter_accepted": N_("the meeting was moved to the time proposed"),
    "counter_declined": N_("told that the time stays"),
    "delegate_comes": N_("counted: the one named comes in their place"),
    "delegate_declined": N_("told that somebody else cannot come in their place"),
    "spam": N_("spam, deleted soon"),
    "bounced": N_("a letter did not arrive: find another way to reach them"),
    "bounce_unplaced": N_("a letter did not arrive, but the report does not say whose"),
    "complaint": N_("marked our letter as unwanted: ask whether to go on writing"),
    "delayed": N_("a letter is late; the mail server goes on trying"),
    "opinion_waits": N_("waits for the author's confirmation, or yours"),
    "opinion_taken": N_("registered as an opinion"),
    "advice_by_mail": N_("an office's advice: enter it beside the point it was asked about"),
    "draft_by_mail": N_("a member's draft for their association: ask them to use the link of their letter"),
    "approval_by_mail": N_("an authority's answer: enter it on the page of approvals"),
    "from_official": N_("from an official: nothing to register by itself"),
    "no_case": N_("not known which case this is about"),
    "no_round": N_("no opinions are taken now"),
    "no_address": N_("the sender's address cannot be written to"),
    "no_words": N_("no words"),
    "too_long": N_("longer than an opinion may be"),
    "unreadable": N_("cannot be read: open the original"),
    "receipt": N_("nothing to do"),
    "auto_reply": N_("nothing to do"),
    "loop": N_("nothing to do"),
}

STATES = {"waiting": N_("waits for you"), "done": N_("done"), "aside": N_("put aside")}
TAGS = {"waiting": "now", "done": "done", "aside": "info"}
PARTSTATS = {
    "ACCEPTED": N_("comes"),
    "TENTATIVE": N_("perhaps comes"),
    "DECLINED": N_("does not come"),
    "DELEGATED": N_("sends somebody else"),
    "NEEDS-ACTION": N_("has not answered"),
}
PROGRAMS = {"outlook": "Outlook", "gmail": "Gmail", "apple": "Apple", "thunderbird": "Thunderbird"}
