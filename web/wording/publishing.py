"""What is said when an opinion is made ready for the public page."""

from web.i18n import N_

SENTENCES = {
    "no_consent": N_("The author has not agreed to publishing."),
    "not_counted": N_("An opinion in this state cannot be published."),
    "id_code_in_text": N_(
        "There is a personal identification code in the text. Take it out before publishing."
    ),
    "name_in_text": N_("The author's name is in the text. Take it out before publishing."),
    "address_in_text": N_("There is an e-mail address or a phone number in the text. Take it out before publishing."),
    "say_why_kept": N_("Places are still marked in the text: {count}. Take them out, or write why they may stay."),
    "say_why_changed": N_("The text differs from what was received. Choose why."),
    "say_what_it_shows": N_("Write in words what the pages show, for those who cannot see pictures."),
    "say_what_is_wrong": N_("Write what has to be changed."),
    "second_person": N_("You prepared this copy yourself. Another official has to look at it and let it out."),
    "file_not_drawn": N_("The pages of this file cannot be drawn. Leave it out, or write its content into the text."),
    "file_too_many_pages": N_("The file has more than {limit} pages. Leave it out, or write the main points into the text."),
    "copy_meanwhile": N_("Somebody changed this meanwhile. The newest state is shown; what you typed is kept below."),
    "copy_prepared": N_("The copy of opinion {receipt} waits for another official to look at it. Nothing is public yet."),
    "copy_sent_back": N_("The copy of opinion {receipt} is sent back to whoever prepared it."),
    "opinion_published": N_("Opinion {receipt} is on the public page."),
    "opinion_unpublished": N_("Opinion {receipt} is no longer on the public page."),
    "opinion_hidden": N_("Your opinion is no longer shown. It is still counted and answered."),
}  # fmt: skip
