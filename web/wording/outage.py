"""What is said while the database cannot be used."""

from web.i18n import N_

SENTENCES = {
    "database_away": N_(
        "Our records cannot be written or read at the moment. It is not your fault, and it mends itself as a rule: "
        "please try again in a minute."
    ),
}
