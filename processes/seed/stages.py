"""The stages of an invented plan, in the order the procedure has them. Days count from the application.

The gaps are wide enough for every term, wherever weekends and holidays fall.
"""

from datetime import date, timedelta

from engine.clock import local_day
from processes.actions.invitation_answer import Answer
from processes.seed import acts
from processes.seed.acts import AUTHORITIES, FILLER
from processes.seed.play import Play
from processes.seed.voices import Voice

INITIATED, APPROVAL_SENT, SETTLED, FIRST_SESSION, ACCEPTED = 20, 75, 112, 128, 131
DISPLAY_FROM, DISPLAY_TO, ANSWERED, MEETING, RESULTS = 152, 168, 184, 206, 214
SECOND_PLANNED, SECOND_SESSION, ADOPTED, REGISTERED, CONTESTED, ARCHIVED = 222, 238, 243, 258, 296, 298

PAPERS = ("official", "web", "paper", "county_paper", "personal")


def take_up(play: Play) -> None:
    """The application is looked through and found fit."""
    play.to_day(4)
    play.do("check_application", {"application": "proceed"})
    play.do("assess_environment", {"environment": "not_needed", "reasons": "Mõju jääb planeeringualale."})


def initiate(play: Play, *, also: tuple[str, ...] = (), act: str = "korraldus nr 14") -> None:
    """The plan is initiated, organisations are asked the same day, and it is announced everywhere."""
    take_up(play)
    play.to_day(INITIATED)
    decided = {
        "initiation": "initiate",
        "act": act,
        "decided_on": iso(play, INITIATED),
        "reasons": "Taotlus sobib.",
    }
    play.do("decide_initiation", decided, by="villem")
    acts.invite(play, also=also)
    play.to_day(INITIATED + 5)
    notices(play, "initiation")
    acts.document(
        play, "Lähteseisukohad", "explanation", "Planeeringu vajadus, eesmärk, ajakava ja kaasatavad.\n"
    )


def ask_authorities(play: Play) -> None:
    """The first draft goes to the authorities."""
    play.to_day(60)
    acts.document(
        play, "Planeeringu eskiis ja seletuskiri", "plan", "Lahendus, ligipääsetavuse nõuded ja selgitused.\n"
    )
    play.do("prepare_plan")
    play.to_day(APPROVAL_SENT)
    asked = [play.cast.organisations[key] for key in AUTHORITIES]
    play.do("send_for_approval", {"sent_on": iso(play, APPROVAL_SENT), "authorities": asked})


def some_approve(play: Play) -> None:
    """Two authorities answer, one is silent."""
    play.to_day(APPROVAL_SENT + 9)
    acts.by_link(play, "teed", Answer(key=f"{play.case.number}-teed-{FILLER}", approval="approved"))
    play.to_day(APPROVAL_SENT + 14)
    text = "Kooskõlastame tingimusel, et päästeauto tee on 3,5 m lai."
    key = f"{play.case.number}-paaste-{FILLER}"
    acts.by_link(play, "paaste", Answer(key=key, approval="conditions", text=text))


def accept(play: Play, place: str, act: str = "korraldus nr 58") -> None:
    """Approvals are settled, the committee sees the plan, and it is accepted and announced."""
    play.to_day(SETTLED)
    play.do("settle_approvals", {"approvals": "agreed"})
    play.do("plan_session", session(play, FIRST_SESSION, "Kas võtta planeering vastu?"))
    play.morning_after(FIRST_SESSION)
    play.do("treat_objections", by="malle")
    play.to_day(ACCEPTED)
    shown = {
        "display_from": iso(play, DISPLAY_FROM),
        "display_to": iso(play, DISPLAY_TO),
        "display_place": place,
    }
    decided = {"acceptance": "accept", "act": act, "decided_on": iso(play, ACCEPTED)}
    play.do("accept_plan", decided | shown, by="villem")
    notices(play, "display")


def display(play: Play, voices: tuple[Voice, ...], now: date | None = None) -> None:
    """People speak, each on their day, until the display ends or the day that is now."""
    first = play.day(DISPLAY_FROM)
    for voice in sorted(voices, key=lambda it: it.day):
        if now is None or first + timedelta(days=voice.day - 1) < now:
            acts.hear(play, voice, first)


def answer(play: Play, voices: tuple[Voice, ...]) -> None:
    """Every opinion is answered, and the answers are sent."""
    play.to_day(ANSWERED)
    acts.reply(play, voices)
    acts.publish(play)
    play.do("answer_opinions")


def call_discussion(play: Play) -> None:
    """A public discussion is set and announced; some say they come, and what they need."""
    access = (
        "Sissepääs on hoovi poolt, astmeteta. Lift teisele korrusele, ukse laius 90 cm. Invatualett on esimesel "
        "korrusel. Saalis on silmusvõimendi. Kaks invaparkimiskohta maja ees."
    )
    when = {"starts_at": f"{iso(play, MEETING)}T17:00", "ends_at": f"{iso(play, MEETING)}T19:00"}
    play.do("plan_meeting", when | {"place": "Vallamaja saal, Kooli tänav 1", "access": access})
    for channel in ("web", "paper", "county_paper"):
        play.do(f"discussion_{channel}", {"published_on": today(play)})


def come(play: Play, who: str, meeting: str, *needs: str) -> None:
    """An invited organisation says whether it comes and what it needs for that."""
    key = f"{play.case.number}-{who}-meeting-{FILLER}"
    acts.by_link(play, who, Answer(key=key, meeting=meeting, needs=needs))


def results(play: Play, minutes: str) -> None:
    """The discussion is held and minuted, its results are decided and announced."""
    play.morning_after(MEETING)
    play.do("record_minutes", {"minutes": minutes})
    play.to_day(RESULTS)
    reasons = "Arutelul jäädi vastustes kirjutatu juurde; põhilahendus ei muutu."
    play.do(
        "record_results",
        {"act": "korraldus nr 91", "decided_on": iso(play, RESULTS), "reasons": reasons},
        by="villem",
    )
    play.to_day(RESULTS + 4)
    for channel in ("paper", "county_paper"):
        play.do(f"results_{channel}", {"published_on": today(play)})


EASY = """Vald tegi uue plaani.

Inimesed ütlesid, mida nad plaanist arvavad. Vald vastas igale inimesele.

Mõne asjaga vald nõus ei olnud. Vald ütles ka, miks.

Nüüd arutab plaani komisjon. Komisjon ütleb volikogule oma arvamuse. Volikogu otsustab."""


def call_committee(play: Play) -> None:
    """The committee is called to look at the plan with its unresolved objections, before the council decides."""
    play.to_day(SECOND_PLANNED)
    play.do("plan_session", session(play, SECOND_SESSION, "Kas toetada planeeringu kehtestamist?"))
    play.do("write_easy_summary", {"easy_text": EASY})


def adopt(play: Play, voices: tuple[Voice, ...]) -> None:
    """The committee treats the objections, the council adopts, and everyone is told."""
    play.morning_after(SECOND_SESSION)
    acts.treat(play, voices)
    play.to_day(ADOPTED)
    reasons = "Planeering vastab üldplaneeringule ja arvestab enamikku arvamustest."
    decided = {
        "adoption": "adopt",
        "act": "otsus nr 31",
        "decided_on": iso(play, ADOPTED),
        "reasons": reasons,
    }
    play.do("decide_adoption", decided, by="villem")
    play.to_day(ADOPTED + 4)
    notices(play, "adoption")


def close(play: Play) -> None:
    """The plan is registered, nobody contests it, and the file is archived."""
    play.to_day(REGISTERED)
    play.do("register_plan", {"plan_number": "NV-2026-7", "registered_on": iso(play, REGISTERED)})
    play.to_day(CONTESTED)
    play.do("close_contest", {"note": "Kaebusi ei esitatud."})
    play.to_day(ARCHIVED)
    play.do("archive_case", {"reference": "NV-7-1/12"})


def notices(play: Play, occasion: str) -> None:
    """The same notice in every channel, on the same day."""
    for channel in PAPERS:
        task = f"{occasion}_{channel}"
        given = {"published_on": today(play)}
        if channel == "official":
            given["number"] = "1234567"
        if channel == "web":
            given["url"] = f"https://naidisvald.example/{play.case.number}"
        play.do(task, given)


def session(play: Play, number: int, question: str) -> dict[str, str]:
    """A committee session of an afternoon."""
    day = iso(play, number)
    place = "Vallamaja saal, Kooli tänav 1"
    return {"starts_at": f"{day}T16:00", "ends_at": f"{day}T18:00", "place": place, "question": question}


def iso(play: Play, number: int) -> str:
    """A day of the case, as a form sends it."""
    return play.day(number).isoformat()


def today(play: Play) -> str:
    """The day it now is in the case, as a form sends it."""
    return local_day(play.clock.now()).isoformat()
