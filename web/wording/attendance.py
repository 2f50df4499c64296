"""What is said about who comes to a meeting, from where they answered, and where they sit."""

from web.i18n import N_

SENTENCES = {
    "attendance_noted": N_("The answer is noted and counts now."),
    "seating_kept": N_("The places are kept as you decided."),
    "mail_declined": N_("Your answer was sent."),
    "mail_delegated": N_("The one named comes in their place. It counts as an answer."),
    "file_waits": N_("The virus scanner has not looked at this file yet. Try again in a few minutes."),
    "file_infected": N_("The virus scanner found something in this file, so nobody can open it. Ask its sender for a clean one."),
}  # fmt: skip

CHANNELS = {
    "web": N_("on their own page"),
    "calendar": N_("from their calendar"),
    "mail": N_("by e-mail"),
    "phone": N_("by telephone"),
    "post": N_("by letter"),
    "in_person": N_("in person"),
}
WHERE = {"hall": N_("in the hall"), "link": N_("over the web")}

PLACES = {
    "space": N_("a free space for a wheelchair: no chair, on the level, by an aisle, not at the back alone"),
    "aisle": N_("by an aisle, room on the floor for a dog"),
    "sees_signer": N_(
        "in front, facing the sign-language interpreter, who stands beside the speaker in good light"
    ),
    "sees_captions": N_("sees the screen with the captions"),
    "in_loop": N_("within the induction loop"),
    "hears_description": N_("near the one who describes, with a receiver"),
    "beside_interpreter": N_("the interpreter sits beside"),
    "helper_beside": N_("a chair beside for the one who helps"),
    "near_door": N_("near the door, can leave unnoticed"),
    "apart": N_("apart, away from scents, by fresh air"),
    "papers": N_("papers in the form asked for lie on the place"),
    "signer_on_screen": N_("the interpreter is always in the picture, large enough"),
    "captions_on_screen": N_("captions run in the web meeting"),
    "own_channel": N_("the translation has a sound channel of its own"),
}
FITTINGS = {
    "free_spaces": N_("spaces for wheelchairs, and no steps on the way"),
    "signer": N_("Estonian sign-language interpreters, two who take turns"),
    "signer_ru": N_("Russian sign-language interpreters, two who take turns"),
    "captioner": N_("speech-to-text interpreter and a screen"),
    "screen": N_("screen for subtitles"),
    "loop": N_("induction loop, tried out before"),
    "describer": N_("audio description and receivers"),
    "interpreter": N_("interpreter into Russian"),
    "water": N_("water for a dog"),
    "quiet_room": N_("quiet room and breaks"),
    "toilet": N_("accessible toilet, open and free"),
    "parking": N_("accessible parking places"),
    "transport": N_("accessible transport, there and back"),
}
DOOR = {
    "WHEEL": N_("Coming in a wheelchair: keep ramp, lift and doors open"),
    "PARK": N_("Accessible parking places asked for: keep them free"),
    "TRANS": N_("Coming by accessible transport: meet it at the door"),
    "DOG": N_("Coming with a guide or assistance dog: it may come in"),
    "PA": N_("Coming with a personal assistant: let both in"),
    "SUP": N_("Coming with a support person: let both in"),
}
WORKERS = {
    "SIGN": N_("sign-language interpreters"),
    "SIGN_RU": N_("Russian sign-language interpreters"),
    "CART": N_("speech-to-text interpreter"),
    "DESC": N_("audio describer"),
    "LANG": N_("interpreter into Russian"),
}
