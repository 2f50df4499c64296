"""What is said when a step is tried again."""

from web.i18n import N_

SENTENCES = {"incident_again": N_("The step will be tried again now. Look here in a minute.")}
