"""The invented round table, three cycles of it: one done, one answered and reported, one before its session.

A task of the first cycle is still open in the third, so the follow-up page has something to follow.
"""

from datetime import date, timedelta

from sqlmodel import Session, select

from engine.clock import HeldClock, local_day
from engine.definition import Definition
from processes.actions import agenda_agreeing, agenda_setting, answering, assigning, suggesting, treating
from processes.actions.agenda_setting import Chosen
from processes.actions.invitation_answer import Answer
from processes.actions.suggesting import Given
from processes.actions.treating import Mark
from processes.committee import Committee, CommitteeMember
from processes.consultation import Consultation
from processes.deadline import working_day_from
from processes.seed import acts
from processes.seed.acts import FILLER
from processes.seed.cast import HOME, Cast
from processes.seed.play import House, Play, moment
from processes.seed.round_table_words import FIRST, SECOND, TABLE, THIRD, Told
from processes.summary import newest as newest_summary
from processes.summary_content import unresolved

KIND = "round_table"
BEGUN_DAYS_AGO = 204
SESSION, ANSWERED, REPORTED, HEARD = 37, 56, 58, 72
INVITED = (
    "koda",
    "pimedad",
    "kurdid",
    "vaegkuuljad",
    "liikumine",
    "vaimupuu",
    "vanemad",
    "eakad",
    "kogudus",
    "paaste",
)


def play(house: House, session: Session, definition: Definition, cast: Cast, today: date) -> Play:
    """Play the three cycles up to today. Out: the third."""
    began = today - timedelta(days=BEGUN_DAYS_AGO)
    first = _begin(house, session, definition, cast, began)
    _whole(first, FIRST)
    second = _next(first)
    _whole(second, SECOND)
    _close(second, FIRST)
    third = _next(second)
    _call(third, THIRD)
    _gather(third, THIRD, own=("Järgmise aasta eelarve",))
    _come(third, "kurdid", "accepted", "SIGN")
    _come(third, "vaegkuuljad", "accepted", "CART", "LOOP")
    _come(third, "liikumine", "maybe", "WHEEL")
    acts.arrange(
        third,
        {"SIGN": "Viipekeeletõlk on tellitud.", "LOOP": "On saalis.", "WHEEL": "Sissepääs on astmeteta."},
    )
    suggest(third)
    return third


def suggest(play: Play) -> None:
    """An association begins a dialogue by itself, from the link of its last letter."""
    given = Given(
        key=f"{play.case.number}-vaimupuu-{FILLER}", kind="round_table", title="Lihtne keel valla kirjades",
        problem="Meie inimesed ei saa valla kirjadest aru. Nad kardavad, et jäävad toetusest ilma.",
        wish="Vaatame koos üle kümme kõige tavalisemat kirja.",
    )  # fmt: skip
    suggesting.suggest(
        play.session, HOME, play.house.links.of(play.invitation("vaimupuu")), given, links=play.house.links,
        post=play.post(), now=play.clock.now(),
    )  # fmt: skip


def _begin(house: House, session: Session, definition: Definition, cast: Cast, began: date) -> Play:
    board = Committee(municipality_id=HOME, name="Sotsiaalkomisjon", openness="open", freeze_days=5)
    session.add(board)
    session.flush()
    session.add_all(
        CommitteeMember(
            municipality_id=HOME, committee_id=board.id, person_id=cast.people[who], chair=who == "salme"
        )
        for who in ("salme", "leida", "malle")
    )
    made = Play.begin(house, session, definition, cast, TABLE, began, committee_id=board.id, letters="rt")
    for who in INVITED:
        why = "Teie liikmed kasutavad neid teenuseid, millest ümarlaual räägitakse."
        session.add(house.links.new_invitation(HOME, made.case.id, cast.organisations[who], why=why))
    session.flush()
    return made


def _next(before: Play) -> Play:
    """Time passes until the next cycle has begun by itself."""
    while (found := _following(before)) is None:
        before.to_next_timer()
    clock = HeldClock(before.clock.now() + timedelta(hours=10))
    began = found.application_on or local_day(clock.now())
    return Play(
        before.house,
        before.session,
        before.definition,
        before.cast,
        TABLE,
        began,
        before.planner,
        found,
        clock,
    )


def _following(before: Play) -> Consultation | None:
    query = select(Consultation).where(
        Consultation.municipality_id == HOME,
        Consultation.series_id == before.case.series_id,
        Consultation.turn == before.case.turn + 1,
    )
    return before.session.exec(query).first()


def _call(play: Play, told: tuple[Told, ...]) -> None:
    """The session's day is set, topics are asked for, and come in."""
    play.do("plan_cycle", {"session_on": play.day(SESSION).isoformat(), "rhythm": "quarter"})
    play.do("invite_organisations")
    for place, it in enumerate(told):
        play.to_day(3 + 2 * place, 11)
        acts.by_link(play, it.by, Answer(key=f"{play.case.number}-{it.by}-{FILLER}", text=it.text))
    while "plan_meeting" not in play.open_tasks():
        play.to_next_timer()
    play.until(moment(working_day_from(local_day(play.clock.now()) + timedelta(days=1)), 10))
    day = play.day(SESSION).isoformat()
    play.do(
        "plan_meeting",
        {
            "starts_at": f"{day}T14:00", "ends_at": f"{day}T16:00", "place": "Vallamaja saal, Kooli tänav 1",
            "access": "Astmeteta sissepääs hoovist, lift, invatualett esimesel korrusel, silmusvõimendi saalis.",
            "url": "https://kohtumine.naidisvald.example/umarlaud",
        },
    )  # fmt: skip


def _gather(play: Play, told: tuple[Told, ...], *, own: tuple[str, ...]) -> None:
    """Everything brought goes on the agenda, and the agenda to the associations' chair."""
    titles = {it.text: it.title for it in told}
    given = {f"f-{it.id}": titles[it.text] for it in play.opinions() if it.text in titles}
    wait = next(it for it in play.tasks() if it.element.rpartition("/")[2] == "propose_agenda")
    agenda_setting.propose(
        play.session, play.actor(), play.case.number, wait.id,
        Chosen(keys=list(given), titles=given, own=own, cochair_id=play.cast.organisations["koda"]),
        runtime=play.house.runtime, now=play.clock.now(), key="",
    )  # fmt: skip


def _whole(play: Play, told: tuple[Told, ...]) -> None:
    """A cycle from its call to the committee."""
    _call(play, told)
    _gather(play, told, own=("Mis on vahepeal tehtud",))
    agenda_agreeing.agree(
        play.session, HOME, play.house.links.of(play.invitation("koda")), links=play.house.links,
        runtime=play.house.runtime, now=play.clock.now(),
    )  # fmt: skip
    _come(play, "kurdid", "accepted", "SIGN")
    _come(play, "koda", "accepted")
    acts.arrange(play, {"SIGN": "Viipekeeletõlk on tellitud."})
    play.do("arrange_session", {"hall_ready": "true", "interpreter_ready": "true", "papers_ready": "true"})
    play.morning_after(SESSION)
    play.do("record_minutes", {"minutes": _minutes(told)})
    held = play.day(SESSION)
    for it in told:
        _give(play, it, held)
    _finish(play, "record_tasks", told)
    play.to_day(SESSION + 14)
    _finish(play, "finish_minutes", told)
    play.to_day(ANSWERED)
    written = {it.text: it for it in told}
    for given in play.opinions():
        it = written[given.text]
        answering.save(
            play.session, play.actor(), play.case.number, given.id, it.outcome, it.reasons, "",
            now=play.clock.now(),
        )  # fmt: skip
    play.session.flush()
    play.do("answer_opinions")
    acts.publish(play)
    _report(play)


def _give(play: Play, it: Told, held: date) -> None:
    found = next((row.id for row in play.opinions() if row.text == it.text), "")
    due = (held + timedelta(weeks=it.weeks)).isoformat()
    given = assigning.Given(it.task, it.owner, due, found)
    assigning.add(play.session, play.actor(), play.case.number, given, now=play.clock.now())


def _finish(play: Play, element: str, told: tuple[Told, ...]) -> None:
    wait = next(it for it in play.tasks() if it.element == element)
    assigning.finish(
        play.session, play.actor(), play.case.number, wait.id, _minutes(told), runtime=play.house.runtime,
        now=play.clock.now(), key="",
    )  # fmt: skip


def _report(play: Play) -> None:
    """The committee is called, its page is frozen, and it has heard it."""
    play.to_day(REPORTED)
    day = play.day(HEARD).isoformat()
    question = "Kas võtta ümarlaua kokkuvõte teadmiseks?"
    place = "Vallamaja saal, Kooli tänav 1"
    play.do(
        "plan_session",
        {"starts_at": f"{day}T16:00", "ends_at": f"{day}T17:00", "place": place, "question": question},
    )
    play.morning_after(HEARD)
    page = newest_summary(play.session, HOME, play.case.id)
    if page is not None:
        marks = [Mark(key, "supported", "Komisjon toetab ühenduste soovi.") for key in unresolved(page)]
        treating.finish(
            play.session,
            play.actor("malle"),
            page.id,
            marks,
            runtime=play.house.runtime,
            now=play.clock.now(),
        )


def _close(play: Play, told: tuple[Told, ...]) -> None:
    """What of the first cycle has been done since."""
    page = assigning.read(play.session, play.actor(), play.case.number, "et", now=play.clock.now())
    done = {it.task: it.done for it in told if it.done}
    for it in page.tasks:
        if it.what in done:
            assigning.close(
                play.session,
                play.actor(),
                play.case.number,
                it.id,
                "done",
                done[it.what],
                now=play.clock.now(),
            )
    play.session.flush()


def _come(play: Play, who: str, meeting: str, *needs: str) -> None:
    key = f"{play.case.number}-{who}-come-{FILLER}"
    acts.by_link(play, who, Answer(key=key, meeting=meeting, needs=needs))


def _minutes(told: tuple[Told, ...]) -> str:
    lines = [f"{number}. {it.title}: {it.reasons or 'arutati.'}" for number, it in enumerate(told, 1)]
    return "\n".join(
        ["Osalesid vald ja kutsutud ühendused, osa neist kaugelt. Viipekeeletõlge oli tagatud.", *lines]
    )
