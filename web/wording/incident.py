"""What is said of steps that failed: tried again, gone past, set aside, and what their forms refuse."""

from web.i18n import N_

SENTENCES = {
    "incident_again": N_("The step will be tried again now. Look here in a minute."),
    "incident_skipped": N_("The case went past the step with what you wrote."),
    "incident_aside": N_("It was set aside and is not tried again."),
    "reason_needed": N_("Write why: whoever looks after the case later must understand it."),
    "not_a_result": N_("The step gives no such result."),
    "next_step_fails": N_(
        "Nothing was changed: a later step fails as well, or the values do not fit. What you wrote is still here."
    ),
    "step_failed": N_(
        "The step could not be done because something failed on our side. Nothing was saved, and the task is still open. "
        "The failure is noted for whoever looks after the case and the system."
    ),
}
