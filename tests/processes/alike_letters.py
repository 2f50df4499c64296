"""Opinions with planted form letters, made by a script: what `processes.alike` is measured on.

Every opinion is about the same plan, as in a real case. A form letter is changed as people change one: another name
and greeting, sentences in another order, typing errors, another ending of a word, a sentence left out, words of one's
own. The others are written from the same stock of phrases, but say something of their own; some take a form letter
and say its opposite.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

NAMES = ("Mari Maasikas", "Jüri Juurikas", "Kati Kask", "Peeter Põld", "Anne Allik", "Toomas Tamm", "Liis Lepik",
         "Olga Orav", "Rein Rebane", "Siiri Sepp", "Ants Aas", "Helve Hein", "Karl Kivi", "Tiina Tiik")  # fmt: skip
GREETINGS = ("Tere!", "Tere", "Lugupeetud vallavalitsus!", "Austatud planeerijad,", "Hea vallavalitsus!", "Tere päevast!", "")  # fmt: skip
CLOSINGS = (
    "Lugupidamisega",
    "Tervitades",
    "Parimate soovidega",
    "Heade soovidega",
    "Austusega",
    "Ette tänades",
    "",
)

FORM_LETTERS = (
    ("Palun jätke Kooli tänava vanad pärnad alles.", "Puud annavad varju ja hoiavad tolmu kinni.",
     "Pärnade juurtele tuleb jätta vähemalt kolm meetrit kaitseala.", "Uue kõnniteega saab puudest mööda minna ka väiksema kaarega.",
     "Ootame, et raieluba selle planeeringu järgi välja ei antaks."),
    ("Bussipeatus peab olema ligipääsetav ka ratastooliga liikujale.", "Ootekoja põrand ehitage kõnniteega samale kõrgusele.",
     "Peatuse servas on vaja kombatavat hoiatusriba nägemispuudega inimestele.", "Sõiduplaan pange nii madalale, et istuja seda loeks.",
     "Valgustage peatus terve öö, sest talvel on pime juba kell neli."),
    ("Nelikümmend parkimiskohta on ristmiku juurde liiga palju.", "Autode hulk meie tänaval kasvab niigi igal aastal.",
     "Poole platsist võiks jätta haljasalaks ja laste mänguväljakuks.", "Naabermaja eest tuleb müra peegeldav kivisein ära võtta.",
     "Palume teha enne otsustamist liiklusuuringu kahel tööpäeval."),
    ("Teeme ettepaneku rajada ristmikule ringtee.", "Ringristmik rahustab liiklust paremini kui valgusfoor.",
     "Jalakäijate ülekäigurajad nihutage ringist kümme meetrit eemale.", "Sel moel jõuavad lapsed ohutult kooli ja tagasi.",
     "Raha säästab vald ka hoolduse pealt.", "Sama lahendus töötab hästi naabervalla keskuses."),
    ("Elamukrundi hoonestusala ei tohi ulatuda kraavini.", "Kraav kuivendab kevaditi kogu põldudevahelist ala.",
     "Kui kraav kinni aetakse, seisab vesi meie keldrites.", "Nõuame, et planeeringule lisataks sademevee lahendus.",
     "Truubi läbimõõt olgu vähemalt pool meetrit."),
    ("Kergliiklustee tuleb pikendada surnuaiani.", "Praegu käivad vanemad inimesed maantee ääres.",
     "Viiesaja meetri lisamine ei maksa võrreldes kogu tööga palju.", "Tee äärde paneme oma külaseltsiga ise kolm pinki."),
    ("Äripinda ei ole meie vaikse tänava keskele vaja.", "Pood ja ladu tooksid kaasa hommikused kaubaautod.",
     "Lähim kauplus on niigi kaheksasaja meetri kaugusel.", "Jätke krunt elamumaaks nagu üldplaneeringus kirjas.",
     "Vastasel korral vaidlustame planeeringu kohtus."),
    ("Просим сохранить детскую площадку возле школы.", "Другого места для игр у детей в посёлке нет.",
     "Парковку можно построить за зданием магазина.", "Мы готовы помочь с покраской и новыми качелями."),
)  # fmt: skip
OPPOSED = (
    "Ma ei soovi, et Kooli tänava vanad pärnad alles jäetaks. Puud ei anna varju ja risustavad kõnniteed. Las raiutakse.",
    "Ei ole tarvis ringteed. Valgusfoor on odavam ja jalakäijale selgem. Palun ärge raha raisake.",
    "Bussipeatust ei ole meie tänavale vaja. Buss sõidab nagunii tühjalt ja mürisev mootor ajab lapse üles.",
)
WHO = ("Meie pere", "Mina pensionärina", "Meie korteriühistu", "Noore emana ma", "Töötan koolis ja", "Elan siin sünnist saati ja", "Jalgratturina ma", "Naaberkrundi omanikuna", "Koeraomanikuna ma", "Kutselise autojuhina")  # fmt: skip
WANTS = ("tahaks näha", "leiab, et puudu on", "toetan mõtet rajada", "küsiks üle, kas plaanis on", "ootab juba aastaid, et tuleks", "ei mõista, milleks on vaja", "rõõmustan, et tuleb", "teeks odavamalt", "peab tähtsaks, et säiliks", "muretsen, et kaob")  # fmt: skip
WHAT = ("kiirusepiirangu märk", "laste mänguväljak", "pikem kõnnitee", "prügimaja", "rattahoidla", "tänavavalgustus", "lumelükkamise plats", "madalam äärekivi", "tuletõrje veevõtukoht", "koerte jooksuaed", "postkontori pakiautomaat", "vaade kirikutornile", "kuuseheki taastamine", "elektriauto laadija", "külaplats kiigega", "truubi puhastus")  # fmt: skip
WHERE = ("kooli värava ette", "metsa serva", "silla kõrvale", "vana meierei taha", "lasteaia nurgale", "tiigi kaldale", "alajaama juurde", "endise karjalauda asemele", "apteegi vastu", "järve poolsele küljele", "bussijaama taha")  # fmt: skip
WHY = ("sest sügisel upub see koht läbi", "kuna õhtuti kihutatakse seal", "sest haigla kiirabi ei pääse muidu ligi", "kuna naabrid on sama soovinud", "sest 2019. aastal juhtus seal õnnetus", "muidu peame jälle ise lund rookima", "et noored ei kolikse linna", "kuna muldkeha vajub iga kevad", "sest tolm tuleb tuppa", "et mesilased leiaksid õitsvaid taimi", "sest ratastooliga sealt läbi ei saa", "kuna maksame selle eest maamaksu")  # fmt: skip
ENDS = ("Kui vaja, tulen kohale rääkima.", "Joonise saadan eraldi kirjaga.", "Võin näidata fotosid eelmisest talvest.", "Palun vastake telefoni teel.", "Loodan mõistmisele.", "Muus osas on plaan arusaadav.", "Küsisin sama ka aprillis, vastust pole.", "Meil on selle kohta arhiivist kaart.")  # fmt: skip
OWN_WORDS = ("Minu lapsed käivad sealt iga päev.", "Olen siin elanud kolmkümmend aastat.", "Seda räägitakse meil kogu külas.", "Helistage, kui midagi jääb segaseks.")  # fmt: skip


@dataclass(frozen=True)
class Letter:
    """An opinion and the number of its form letter; its own number when it is nobody else's."""

    id: str
    text: str
    of: int


def letters(count: int = 400, seed: int = 5, planted: float = 0.6) -> list[Letter]:
    """`count` opinions, `planted` of them form letters, in the order they came. The same seed gives the same set."""
    dice = random.Random(seed)
    weights = [14, 10, 8, 6, 4, 3, 2, 3]
    made = [(text, len(FORM_LETTERS) + place) for place, text in enumerate(OPPOSED)]
    for _ in range(round(count * planted)):
        which = dice.choices(range(len(FORM_LETTERS)), weights)[0]
        made.append((changed(FORM_LETTERS[which], dice), which))
    while len(made) < count:
        made.append((own(dice), 1_000 + len(made)))
    dice.shuffle(made)
    return [Letter(f"{place:05}", text, of) for place, (text, of) in enumerate(made)]


def changed(form: tuple[str, ...], dice: random.Random) -> str:
    """A form letter as one sender sends it."""
    said = list(form)
    if dice.random() < 0.35:
        dice.shuffle(said)
    if len(said) > 4 and dice.random() < 0.15:
        said.pop(dice.randrange(len(said)))
    if dice.random() < 0.25:
        said.insert(dice.randrange(len(said) + 1), dice.choice(OWN_WORDS))
    body = " ".join(said)
    if dice.random() < 0.4:
        body = mistyped(body, dice, dice.randint(1, 5))
    if dice.random() < 0.2:
        body = (
            body.upper()
            if dice.random() < 0.2
            else body.replace(" tänava ", " tn ").replace(" ning ", " ja ")
        )
    if dice.random() < 0.2:
        body = wrapped(body)
    return framed(body, dice)


def own(dice: random.Random) -> str:
    """An opinion of its own, from the phrases everybody uses."""
    said = [
        f"{dice.choice(WHO)} {dice.choice(WANTS)} {dice.choice(WHAT)} {dice.choice(WHERE)}, {dice.choice(WHY)}."
        for _ in range(dice.randint(2, 4))
    ]
    return framed(" ".join([*said, dice.choice(ENDS)]), dice)


def framed(body: str, dice: random.Random) -> str:
    """With a greeting, a closing and a name."""
    return "\n".join(
        it for it in (dice.choice(GREETINGS), body, dice.choice(CLOSINGS), dice.choice(NAMES)) if it
    )


def mistyped(text: str, dice: random.Random, many: int) -> str:
    """With typing errors: a letter lost, doubled, or two changed over."""
    for _ in range(many):
        at = dice.randrange(1, len(text) - 2)
        kind = dice.randrange(3)
        text = (
            text[:at] + text[at + 1 :] if kind == 0
            else text[:at] + text[at] + text[at:] if kind == 1
            else text[:at] + text[at + 1] + text[at] + text[at + 2 :]
        )  # fmt: skip
    return text


def wrapped(text: str, width: int = 60) -> str:
    """Broken into lines as mail programs do."""
    lines, line = [], ""
    for word in text.split():
        if len(line) + len(word) > width:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return "\n".join([*lines, line])


def right_pairs(of: dict[str, int], groups: list[list[str]]) -> tuple[float, float]:
    """Precision and recall over pairs. In: what belongs together, and what was put together."""
    put = {(a, b) for it in groups for a in it for b in it if a < b}
    true = {(a, b) for a in of for b in of if a < b and of[a] == of[b]}
    right = len(put & true)
    return right / len(put), right / len(true)
