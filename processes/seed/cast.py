"""Who lives in the invented municipality: officials, a committee and organisations. Nobody here is real.

Addresses end in `.example` and `example.org`, which can never receive mail (RFC 2606).
"""

from dataclasses import dataclass

from sqlmodel import Session

from processes.committee import Committee, CommitteeMember
from processes.municipality import Municipality
from processes.organisation import Organisation
from processes.person import Person, Role

HOME = "9999"


@dataclass(frozen=True)
class Member:
    """Someone with an account."""

    key: str
    name: str
    title: str
    roles: tuple[str, ...]
    phone: str


PEOPLE = (
    Member("aino", "Aino Näidis", "planeerija", ("planner",), "555 0101"),
    Member("urmas", "Urmas Proov", "planeeringute spetsialist", ("planner",), "555 0102"),
    Member("villem", "Villem Näide", "vallasekretär", ("government",), "555 0103"),
    Member("leida", "Leida Katse", "planeerimiskomisjoni esimees", ("committee",), "555 0104"),
    Member("peeter", "Peeter Eskiis", "planeerimiskomisjoni liige", ("committee",), "555 0105"),
    Member("salme", "Salme Mustand", "planeerimiskomisjoni liige", ("committee",), "555 0106"),
    Member("malle", "Malle Visand", "planeerimiskomisjoni sekretär", ("clerk",), "555 0108"),
    Member("hille", "Hille Haldur", "süsteemi haldur", ("administrator",), "555 0107"),
)
COMMITTEE = ("leida", "peeter", "salme", "malle")
"""Its chair first; the last is its clerk."""


@dataclass(frozen=True)
class Body:
    """An organisation: kind, contact, what it deals with and where (nothing: everywhere)."""

    key: str
    name: str
    kind: str
    contact: str
    topics: str = ""
    places: str = ""
    language: str = "et"
    easy: bool = False
    of_disabled: bool = False
    wants: bool = False
    about: str = ""


BODIES = (
    Body("koda", "Näidismaa Puuetega Inimeste Koda", "regional_chamber", "Reet Koda",
         "ligipääsetavus liiklus haridus elamine", "Näidismaa", of_disabled=True, wants=True,
         about="Ühendab 14 liitu ja ühingut. Vaatame üle kõik, mis peab kõigile ligipääsetav olema."),
    Body("pimedad", "Näidise Pimedate Ühing", "union", "Tiina Punkt", "ligipääsetavus liiklus", of_disabled=True,
         about="Nägemispuudega inimeste ühing: juhtteed, kontrastid, helisignaalid."),
    Body("kurdid", "Näidise Kurtide Ühing", "union", "Mart Märk", "ligipääsetavus turvalisus", of_disabled=True,
         about="Eesti viipekeelt kasutavate inimeste ühing."),
    Body("vaegkuuljad", "Näidise Vaegkuuljate Ühing", "union", "Kaie Silmus", "ligipääsetavus haridus",
         of_disabled=True, about="Silmusvõimendid, kirjutustõlge, hea akustika."),
    Body("liikumine", "Näidise Liikumispuudega Inimeste Ühing", "union", "Ants Ratas",
         "ligipääsetavus liiklus elamine", of_disabled=True, about="Ratastoolikasutajad ja teised raskelt liikujad."),
    Body("vaimupuu", "Näidise Vaimupuu", "union", "Anu Lihtne", "ligipääsetavus haridus", easy=True,
         of_disabled=True, about="Vaimupuudega inimesed ja nende pered. Palume lihtsat keelt."),
    Body("autism", "Näidise Autismiühing", "union", "Kersti Vaikne", "haridus ligipääsetavus",
         about="Vaiksed kohad, selge ruum, ette teada muutused."),
    Body("vanemad", "Näidise Puuetega Laste Vanemate Ühing", "association", "Liis Hool",
         "haridus ligipääsetavus elamine", "Näidisvald", about="Laste ja nende vanemate igapäevane tee kooli ja koju."),
    Body("eakad", "Näidise Pensionäride Ühendus", "association", "Heino Pink", "liiklus haljastus turvalisus",
         "Näidisvald", about="Üle 200 eaka liikme alevikus ja külades."),
    Body("veteranid", "Общество ветеранов Няйдисе", "association", "Galina Primer", "elamine turvalisus",
         "Näidisvald", language="ru", about="Venekeelsed eakad elanikud."),
    Body("metsa", "Metsa Külaselts", "village_society", "Jüri Kuusk", "liiklus", "Metsa küla",
         about="Metsa küla elanike selts."),
    Body("ranna", "Ranna Küla Selts", "village_society", "Maie Laine", "haljastus", "Ranna küla", wants=True,
         about="Ranna küla elanike selts, mereranna hoidja."),
    Body("alevik", "Näidise Aleviku Selts", "village_society", "Toivo Tänav", "liiklus haljastus",
         "Näidise alevik", about="Aleviku elanike selts."),
    Body("kogudus", "Näidise Kogudus", "congregation", "Paavel Palve", "elamine", "Näidise alevik",
         about="Kogudus, kelle vabatahtlikud külastavad üksi elavaid inimesi."),
    Body("paaste", "Näidise Päästekeskus", "authority", "Kalle Voolik", "turvalisus"),
    Body("teed", "Näidise Teedeamet", "authority", "Ülle Kruus", "liiklus"),
    Body("tervis", "Näidise Terviseamet", "authority", "Piret Puhas", "elamine"),
    Body("kauplus", "Näidise Kaubandus OÜ", "company", "Rein Lett", "", "Näidise alevik"),
)  # fmt: skip


@dataclass(frozen=True)
class Cast:
    """Ids by short names."""

    people: dict[str, str]
    organisations: dict[str, str]
    committee_id: str


def settle(session: Session) -> Cast:
    """Write the municipality, its people, committee and organisations. Out: who is who."""
    session.add(
        Municipality(
            municipality_id=HOME, name="Näidisvald", county="Näidismaa", email="vald@naidisvald.example",
            phone="555 0100", address="Kooli tänav 1, Näidise alevik", opening_hours="E–R kell 9.00–16.00",
            newspaper="Näidisvalla Leht", county_newspaper="Näidismaa Sõna",
            website="https://naidisvald.example",
        )
    )  # fmt: skip
    people = {member.key: _person(member) for member in PEOPLE}
    organisations = {body.key: _organisation(body) for body in BODIES}
    board = Committee(municipality_id=HOME, name="Planeerimiskomisjon", openness="invited", freeze_days=7)
    session.add_all([*people.values(), *organisations.values(), board])
    session.flush()
    session.add_all(
        Role(municipality_id=HOME, person_id=people[member.key].id, role=role)
        for member in PEOPLE
        for role in member.roles
    )
    session.add_all(
        CommitteeMember(
            municipality_id=HOME, committee_id=board.id, person_id=people[key].id, chair=key == COMMITTEE[0]
        )
        for key in COMMITTEE
    )
    session.flush()
    return Cast(
        {key: person.id for key, person in people.items()},
        {key: organisation.id for key, organisation in organisations.items()},
        board.id,
    )


def _person(member: Member) -> Person:
    return Person(
        municipality_id=HOME, name=member.name, email=f"{member.key}@naidisvald.example", phone=member.phone,
        title=member.title,
    )  # fmt: skip


def _organisation(body: Body) -> Organisation:
    return Organisation(
        municipality_id=HOME, name=body.name, kind=body.kind, email=f"{body.key}@example.org",
        contact_name=body.contact, phone="555 0200", postal_address="Kooli tänav 5, Näidise alevik",
        language=body.language, easy_language=body.easy, run_by_disabled_people=body.of_disabled,
        topics="\n".join(body.topics.split()), places=body.places, about=body.about,
        wants_involvement=body.wants,
    )  # fmt: skip
