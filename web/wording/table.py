"""What is said about round tables: agendas, tasks, and what associations propose."""

from web.i18n import N_

SENTENCES = {
    "session_needs_time": N_(
        "Choose {earliest:%d.%m.%Y} or later, so that topics and interpreters have time."
    ),
    "agenda_empty": N_("Put at least one topic on the agenda."),
    "agenda_too_long": N_("At most {limit} topics fit on one agenda."),
    "choose_cochair": N_("Choose the chair of the associations from those who were invited."),
    "agenda_sent": N_("The agenda is on its way to the chair of the associations."),
    "agenda_agreed": N_("Thank you. The agenda goes to everyone who was invited."),
    "agenda_sent_back": N_("Thank you. The municipality puts the agenda together again."),
    "agenda_not_asked": N_("This agenda is settled already, or is being put together again."),
    "say_what_to_change": N_("Write what should be changed."),
    "task_missing": N_("Write what is to be done."),
    "owner_missing": N_("Write which office or organisation does it."),
    "due_before_given": N_("Choose {since:%d.%m.%Y} or later: the task was agreed then."),
    "since_too_late": N_("Choose {latest:%d.%m.%Y} or earlier."),
    "dropping_needs_reason": N_("Write why it will not be done: everyone reads this."),
    "task_given": N_("Task {number} is written down."),
    "task_told": N_("It is noted how task {number} stands."),
    "minutes_sent": N_("The minutes are on their way to everyone."),
    "topic_missing": N_("Write the matter in a few words."),
    "problem_missing": N_("Write what is wrong and for whom."),
    "suggestion_taken_in": N_(
        "Your proposal is here, number {receipt}. You get a written answer in 30 days."
    ),
    "suggestion_answered": N_("This proposal has been answered already."),
    "suggestion_told": N_("The answer is on its way."),
    "round_table_begun": N_("A draft of a round table is begun in the words of the proposal. Complete it."),
    "choose_round_table": N_("Choose a round table that runs now."),
}
