"""Why a file, an address or any other answer of a form was not taken; every slice of pages may say these."""

from web.i18n import N_

SENTENCES = {
    "file_name": N_(
        "The file's name is too long or has characters that cannot be seen. Please rename the file."
    ),
    "file_kind": N_("Files of the kind “{ending}” cannot be taken. Send one of these: {accepted}."),
    "file_empty": N_("The file is empty. Please choose it again."),
    "file_size": N_("The file is too large; the most is {max_mb} MB."),
    "file_mismatch": N_(
        "The file is called {ending}, but its content is something else. Please save it again in the right kind."
    ),
    "file_archive": N_(
        "The file could not be checked: it is damaged, locked or contains something that may be harmful. "
        "Please save it as a PDF and send that."
    ),
    "not_an_email": N_("Write a full e-mail address, such as name@example.ee."),
    "not_a_phone": N_("Write a phone number, such as 5555 5555."),
    "bad_character": N_("There is a character here that cannot be kept. Please write it in another way."),
    "not_a_text": N_("Please write this as text."),
    "not_a_file": N_("Please choose a file."),
    "too_many": N_("There are too many answers here; the most is {max}."),
    "one_only": N_("Please choose only one."),
    "not_whole": N_("Write a whole number, such as 12."),
    "too_many_decimals": N_("Write at most {max} places after the comma."),
    "not_a_time": N_("Write a time, such as 17.00."),
    "not_a_datetime": N_("Write a date and a time, such as 14.01.2027 17.00."),
    "no_such_time": N_(
        "There is no such time on that day, because the clocks are changed. Please choose another."
    ),
    "date_out_of_range": N_("Write a year between {first} and {last}."),
}
