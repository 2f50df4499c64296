"""What the public pages say: why an opinion or an answer was not taken, and what was done."""

from web.i18n import N_

SENTENCES = {
    "name_needed": N_(
        "Write your name or that of your association, or choose that you do not want to give it."
    ),
    "late_reason_needed": N_("Write why your opinion is late."),
    "other_needed": N_("Write what else you need."),
    "not_yet": N_("Opinions are not taken yet. The page of the case says from when."),
    "text_or_file": N_("Write your opinion or add a file."),
    "too_many_files": N_("There are too many files; the most is {limit}."),
    "form_incomplete": N_(
        "The form arrived incomplete. Everything you wrote is still here: please send it again."
    ),
    "withdraw_instead": N_(
        "An opinion cannot be empty. If you want to take it back, press “Withdraw the opinion”."
    ),
    "comments_and_none": N_(
        "You chose “We have no comments”, but there is an opinion too. Please take one of them away."
    ),
    "conditions_wanted": N_("Write what must be changed, or why you do not approve."),
    "nothing_answered": N_(
        "Nothing was answered yet. Say whether you are coming, write your opinion, or choose “We have no comments”."
    ),
    "opinion_changed": N_(
        "Your opinion was changed. The new text counts; the earlier one stays in the file."
    ),
    "opinion_withdrawn": N_("Your opinion was withdrawn."),
    "opinion_confirmed": N_("Thank you, your opinion is confirmed. A receipt is on its way to your mailbox."),
    "opinion_confirmed_late": N_(
        "Your opinion is confirmed, but after the last day. The planner decides whether it can still be taken, and tells you."
    ),
    "answer_taken": N_("Thank you, your answer has arrived."),
    "answer_taken_receipt": N_(
        "Thank you, your answer has arrived. The receipt number of your opinion is {receipt}; it is also on its way by mail."
    ),
    "answer_taken_late": N_(
        "Your late opinion has arrived, with the number {receipt}. The planner decides whether it can still be taken, and tells you."
    ),
    "nothing_new": N_("Nothing had changed, so there was nothing to save."),
    "link_forwarded": N_("The link was sent to {address}."),
}
