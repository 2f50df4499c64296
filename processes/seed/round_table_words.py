"""What the invented round table is about, what associations proposed to it and what came of that. Nothing is real."""

from dataclasses import dataclass

from processes.seed.matters import Matter, Text

TABLE = Matter(
    applicant="Näidisvalla sotsiaalosakond",
    decided_by="government",
    place="Näidisvald",
    topics=("ligipääsetavus", "liiklus", "haridus"),
    impacts=(),
    texts={
        "et": Text(
            "Näidisvalla sotsiaalkaitse ümarlaud",
            "Vald ja ühendused räägivad kord kvartalis, mis sotsiaalvaldkonnas töötab ja mis mitte. Räägime abist "
            "kodus, transpordist, tõlkest ja tugiisikutest.",
            "Millest rääkida, otsustavad kaks kaasesimeest: üks vallast ja üks ühendustest.",
            "Ümarlaud ei otsusta eelarvet, aga iga ettepanek saab kirjaliku vastuse.",
        ),
        "en": Text(
            "Social-protection round table of Näidisvald",
            "Once a quarter the municipality and the associations talk about what works in social protection and what "
            "does not: help at home, transport, interpreting and support persons.",
            "Two chairs decide what to talk about: one of the municipality and one of the associations.",
            "The round table does not decide the budget, but every proposal gets a written answer.",
        ),
        "ru": Text(
            "Круглый стол по социальной защите, Няйдисвальд",
            "Раз в квартал волость и объединения говорят о том, что в социальной сфере работает, а что нет: помощь на "
            "дому, транспорт, перевод и опорные лица.",
            "О чём говорить, решают два сопредседателя: от волости и от объединений.",
            "Круглый стол не решает о бюджете, но на каждое предложение будет письменный ответ.",
        ),
    },
)  # fmt: skip


@dataclass(frozen=True)
class Told:
    """A proposal: by whom, its words, what it is called on the agenda, its answer, and the task made of it."""

    by: str
    text: str
    title: str
    outcome: str = "accepted"
    reasons: str = ""
    task: str = ""
    owner: str = "sotsiaalosakond"
    weeks: int = 8
    done: str = ""


FIRST = (
    Told("kurdid", "Vallamajas ei saa viipekeeles asju ajada. Palume tõlget kaugühendusega kord nädalas.",
         "Viipekeeletõlge vallamajas", "accepted", "Tellime kaugtõlke esmaspäeviti kella 10–12.",
         "Sõlmida kaugtõlke leping ja panna infosse tahvel", weeks=9, done="Kaugtõlge töötab esmaspäeviti."),
    Told("vanemad", "Tugiisikute järjekord on pikk: meie peredest ootab seitse. Mitu kohta vallal üldse on?",
         "Tugiisikute järjekord", "partly", "Uusi kohti saab eelarvest; järjekorra avaldame nimedeta.",
         "Avaldada tugiisikuteenuse järjekord ja kohtade arv", weeks=12),
    Told("kogudus", "Meie vabatahtlikud käivad üksi elavate inimeste juures. Vald ei saa öelda, kes abi ootab. "
         "Palume leida viis, kuidas inimene ise nõusoleku annab.", "Vabatahtlikud ja andmekaitse", "accepted",
         "Lisame abi taotlusele lahtri, millega inimene lubab ühendust võtta.",
         "Lisada taotlusele nõusoleku lahter", "vallasekretär", weeks=6, done="Lahter on taotlusel."),
)  # fmt: skip
SECOND = (
    Told("liikumine", "Sotsiaaltransport tuleb tellida kolm päeva ette. Arsti juurde nii ei saa.",
         "Sotsiaaltransport", "accepted", "Vedajaga on kokku lepitud, et tellida saab eelmisel päeval.",
         "Muuta vedaja lepingut: tellimine eelmisel päeval", weeks=10),
    Told("eakad", "Tänava pingid on kadunud remondi ajal. Kes need tagasi toob?", "Pingid pärast remonti",
         "accepted", "Pingid pannakse tagasi enne lume tulekut.", "Panna Kooli tänavale tagasi kuus pinki",
         "majandusosakond", weeks=7),
)  # fmt: skip
THIRD = (
    Told("pimedad", "Valla uus veebileht ei loe ekraanilugejaga vorme ette. Palume parandada enne toetuste taotlemist.",
         "Valla veebivormid"),
    Told("vaegkuuljad", "Volikogu otseülekandel ei ole subtiitreid.", "Volikogu ülekande subtiitrid"),
)  # fmt: skip
