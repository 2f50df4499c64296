"""What is said after a choice on an organisation's own page, and about calendars behind a secret address."""

from web.i18n import N_

SENTENCES = {
    "letters_chosen": N_("Your choice is kept. You can change it here at any time."),
    "feed_renewed": N_("The calendar has a new address. One that was given out before no longer works."),
    "own_choice": N_("Choose how you want your letters."),
    "proof_sent": N_("The letter is on its way to your own address, {address}. It is marked as a proof."),
}
