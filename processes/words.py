"""Days, moments and the few fixed words of letters, in Estonian, easy Estonian, English and Russian.

Estonian declines ("kuni 14. jaanuarini", "14. jaanuaril"), so a letter asks for the form it needs.
"""

from datetime import date, datetime

from engine.clock import ZONE

LANGUAGES = ("et", "en", "ru")
EASY = "et-easy"

_WEEKDAYS = {
    "et": ("esmaspäev", "teisipäev", "kolmapäev", "neljapäev", "reede", "laupäev", "pühapäev"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    "ru": ("понедельник", "вторник", "среда", "четверг", "пятница", "суббота", "воскресенье"),
}
_MONTHS = {
    "et": (
        "jaanuar", "veebruar", "märts", "aprill", "mai", "juuni",
        "juuli", "august", "september", "oktoober", "november", "detsember",
    ),
    "en": (
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    "ru": (
        "января", "февраля", "марта", "апреля", "мая", "июня",
        "июля", "августа", "сентября", "октября", "ноября", "декабря",
    ),
}  # fmt: skip

OUTCOMES = {
    "accepted": {"et": "arvestatud", "en": "accepted", "ru": "учтено"},
    "partly": {"et": "osaliselt arvestatud", "en": "partly accepted", "ru": "учтено частично"},
    "not_accepted": {"et": "ei arvestatud", "en": "not accepted", "ru": "не учтено"},
    "outside": {
        "et": "ei puuduta seda menetlust",
        "en": "outside this procedure",
        "ru": "не относится к этому производству",
    },
    "noted": {"et": "võetud teadmiseks", "en": "noted", "ru": "принято к сведению"},
}
SPEAKING = {
    "granted": {
        "et": "saate istungil sõna",
        "en": "you may speak at the session",
        "ru": "вам дадут слово на заседании",
    },
    "refused": {
        "et": "istungil sõna anda ei saa",
        "en": "you cannot be given the floor at the session",
        "ru": "дать вам слово на заседании не получится",
    },
}
STANCES = {
    "supported": {
        "et": "toetas teie ettepanekut",
        "en": "supported your proposal",
        "ru": "поддержала ваше предложение",
    },
    "rejected": {
        "et": "ei toetanud teie ettepanekut",
        "en": "did not support your proposal",
        "ru": "не поддержала ваше предложение",
    },
    "sent_back": {
        "et": "saatis küsimuse tagasi läbitöötamiseks",
        "en": "sent the question back for more work",
        "ru": "вернула вопрос на доработку",
    },
}
NEED_STATES = {
    "asked": {"et": "vaatame üle", "en": "we are looking into it", "ru": "рассматривается"},
    "booked": {"et": "on tellitud", "en": "is arranged", "ru": "организовано"},
    "refused": {"et": "ei saa korraldada", "en": "cannot be arranged", "ru": "организовать не удастся"},
}
PHASES = {
    "sketch": {
        "et": "eskiisi tutvustamine",
        "en": "presentation of the sketch",
        "ru": "представление эскиза",
    },
    "approval": {"et": "kooskõlastamine", "en": "approval by authorities", "ru": "согласование"},
    "display": {"et": "avalik väljapanek", "en": "public display", "ru": "публичная экспозиция"},
    "topics": {"et": "teemade kogumine", "en": "call for topics", "ru": "сбор тем"},
    "minutes": {
        "et": "protokolli kommenteerimine",
        "en": "comments on the minutes",
        "ru": "замечания к протоколу",
    },
    "agenda": {
        "et": "päevakorra kokkuleppimine",
        "en": "agreeing the agenda",
        "ru": "согласование повестки",
    },
}
MEETINGS = {
    "sketch": {"et": "eskiisi arutelu", "en": "discussion of the sketch", "ru": "обсуждение эскиза"},
    "discussion": {"et": "avalik arutelu", "en": "public discussion", "ru": "публичное обсуждение"},
    "committee": {"et": "komisjoni istung", "en": "committee session", "ru": "заседание комиссии"},
    "round_table": {"et": "ümarlaud", "en": "round table", "ru": "круглый стол"},
}
SUGGESTIONS = {
    "taken": {"et": "võtame selle ette", "en": "we take it up", "ru": "берём в работу"},
    "declined": {
        "et": "seda me praegu ette ei võta",
        "en": "we do not take it up now",
        "ru": "сейчас не берём",
    },
}


SENTENCES = {
    "task": {
        "et": "teeb {owner}, aega on {until}; kokku lepitud {since}",
        "en": "{owner}, by {until}; agreed on {since}",
        "ru": "{owner}, срок: {until}; поручено {since}",
    },
    "no_tasks": {
        "et": "Lahtisi ülesandeid ei ole.",
        "en": "There are no open tasks.",
        "ru": "Открытых поручений нет.",
    },
    "no_question": {
        "et": "Kas ja kuidas tuleks seda punkti teie hinnangul arvestada?",
        "en": "Should this point be taken into account in your view, and how?",
        "ru": "Следует ли, на ваш взгляд, учесть этот пункт и как?",
    },
    "advise_by": {
        "et": "Ootame seda kuni {day} (kaasa arvatud).",
        "en": "Please give it by {day}, that day included.",
        "ru": "Ждём его до {day} включительно.",
    },
    "advise_soon": {
        "et": "Ootame seda esimesel võimalusel.",
        "en": "Please give it as soon as you can.",
        "ru": "Ждём его при первой возможности.",
    },
    "no_question_to_members": {
        "et": "Mida see kavatsus teie jaoks tähendab ja mida tuleks muuta?",
        "en": "What does this plan mean for you, and what should be changed?",
        "ru": "Что этот замысел значит для вас и что следует изменить?",
    },
    "draft_by": {
        "et": "Kirjutada saab kuni {day} (kaasa arvatud).",
        "en": "You can write by {day}, that day included.",
        "ru": "Написать можно до {day} включительно.",
    },
    "draft_soon": {
        "et": "Kirjutage esimesel võimalusel.",
        "en": "Please write as soon as you can.",
        "ru": "Напишите при первой возможности.",
    },
    "by_municipality": {"et": "vald", "en": "municipality", "ru": "волость"},
    "by_resident": {"et": "elanik", "en": "a resident", "ru": "житель"},
    "held": {
        "et": "Avalik arutelu toimus {day}.",
        "en": "The public discussion was held on {day}.",
        "ru": "Публичное обсуждение состоялось {day}.",
    },
    "not_held": {
        "et": "Avalikku arutelu ei peetud, sest selleks ei olnud vajadust.",
        "en": "No public discussion was held, because there was no need for one.",
        "ru": "Публичное обсуждение не проводилось, так как в нём не было необходимости.",
    },
    "changes": {
        "et": "Planeeringu põhilahendus muutub. Seepärast kordame kooskõlastamist ja avalikku väljapanekut.",
        "en": "The main solution of the plan will change, so the approvals and the display are repeated.",
        "ru": "Основное решение планировки изменится, поэтому согласование и публичная экспозиция повторятся.",
    },
    "stays": {
        "et": "Planeeringu põhilahendus ei muutu.",
        "en": "The main solution of the plan does not change.",
        "ru": "Основное решение планировки не меняется.",
    },
    "contest_until": {
        "et": "Kaebuse saab esitada halduskohtule vähemalt kuni {day} (kaasa arvatud). Aega arvestame viimasest "
        "avalikust teatest; kui see ilmub hiljem, on aega kauem ja täpne kuupäev on menetluse lehel.",
        "en": "A complaint may be filed with the administrative court at least until {day}, that day included. The "
        "time is counted from the last public notice; if that comes later, there is more time, and the exact day is "
        "on the page of the case.",
        "ru": "Жалобу можно подать в административный суд по меньшей мере до {day} включительно. Срок считается от "
        "последнего публичного извещения; если оно выйдет позже, времени будет больше, а точная дата есть на "
        "странице дела.",
    },
    "contest": {
        "et": "Kaebuse saab esitada halduskohtule {days} päeva jooksul. Aega arvestame päevast, mil ilmub "
        "viimane avalik teade otsuse kohta; täpne kuupäev on menetluse lehel.",
        "en": "A complaint may be filed with the administrative court within {days} days, counted from the "
        "last public notice of the decision; the exact day is on the page of the case.",
        "ru": "Жалобу можно подать в административный суд в течение {days} дней. Срок считается со дня "
        "последнего публичного извещения о решении; точная дата есть на странице дела.",
    },
    "in_decision": {"et": "otsuses", "en": "in the decision", "ru": "в решении"},
    "no_opinion": {
        "et": "Te ei esitanud selles menetluses arvamust.",
        "en": "You gave no opinion in this procedure.",
        "ru": "Вы не подавали мнения в этом производстве.",
    },
    "answered": {
        "et": "meie seisukoht: {outcome}",
        "en": "our position: {outcome}",
        "ru": "наша позиция: {outcome}",
    },
    "committee": {
        "et": "komisjon {stance}",
        "en": "the committee {stance}",
        "ru": "комиссия {stance}",
    },
    "closed": {
        "et": "Planeering on kehtestatud ja vaidlustamise tähtaeg on läbi.",
        "en": "The plan is adopted, and the term for contesting it is over.",
        "ru": "Планировка установлена, срок оспаривания истёк.",
    },
    "not_adopted": {
        "et": "Planeering jäi kehtestamata.",
        "en": "The plan was not adopted.",
        "ru": "Планировка не была установлена.",
    },
    "refused": {
        "et": "Planeeringut ei algatatud.",
        "en": "The plan was not initiated.",
        "ru": "Планировка не была начата.",
    },
    "general_procedure": {
        "et": "Menetlus jätkub üldplaneeringu menetluse korras, sest mõju keskkonnale tuleb strateegiliselt hinnata.",
        "en": "The case goes on under the procedure of a general plan, because its effects on the environment "
        "must be assessed strategically.",
        "ru": "Дело продолжается по правилам общей планировки, так как требуется стратегическая оценка "
        "воздействия на окружающую среду.",
    },
    "ended": {
        "et": "Menetlus on lõpetatud.",
        "en": "The procedure has ended.",
        "ru": "Производство завершено.",
    },
    "cancelled": {
        "et": "Menetlus lõpetati enne otsust. Põhjus: {reason}",
        "en": "The procedure was ended before any decision. The reason: {reason}",
        "ru": "Производство прекращено до принятия решения. Причина: {reason}",
    },
    "freezes": {
        "et": "kokkuvõte lukustub",
        "en": "the summary is locked",
        "ru": "сводка закрывается для изменений",
    },
    "open_own": {"et": "avage oma leht", "en": "open your own page", "ru": "откройте свою страницу"},
    "last_day": {"et": "viimane päev", "en": "last day", "ru": "последний день"},
    "no_why": {
        "et": "teie liikmeid võib see planeering puudutada",
        "en": "this plan may affect your members",
        "ru": "эта планировка может касаться ваших членов",
    },
    "access": {"et": "Ligipääs", "en": "Access", "ru": "Доступность"},
    "summary_at": {
        "et": "Komisjoni kokkuvõte",
        "en": "The committee's summary",
        "ru": "Сводка для комиссии",
    },
    "access_open": {
        "et": "täpsustame; andke julgelt teada, mida vajate",
        "en": "being checked; please tell us what you need",
        "ru": "уточняем; пожалуйста, сообщите, что вам нужно",
    },
    "time": {"et": "Aeg", "en": "Time", "ru": "Время"},
    "to": {"et": "kuni", "en": "to", "ru": "до"},
    "place": {"et": "Koht", "en": "Place", "ru": "Место"},
    "remote": {"et": "Kaugosalus", "en": "Remote participation", "ru": "Дистанционное участие"},
    "join": {"et": "liituge videokõnega", "en": "join the video call", "ru": "присоединиться по видеосвязи"},
    "no_reason": {
        "et": "korraldus muutus",
        "en": "the arrangements changed",
        "ru": "изменились организационные обстоятельства",
    },
}


def spoken(language: str) -> str:
    """The language of a letter's variant: easy Estonian is Estonian, an unknown one is told in it."""
    base = language.split("-", maxsplit=1)[0]
    return base if base in LANGUAGES else "et"


def say(table: dict[str, dict[str, str]], key: str, language: str) -> str:
    """A fixed word; the key itself when the table does not know it (a newer process may)."""
    return table.get(key, {}).get(spoken(language), key)


def day(when: date | datetime, language: str) -> str:
    """A day by name: "neljapäev, 14. jaanuar 2027"."""
    local, base = _local_day(when), spoken(language)
    weekday, month = _WEEKDAYS[base][local.weekday()], _MONTHS[base][local.month - 1]
    if base == "et":
        return f"{weekday}, {local.day}. {month} {local.year}"
    if base == "en":
        return f"{weekday}, {local.day} {month} {local.year}"
    return f"{local.day} {month} {local.year} года ({weekday})"


def on(when: date | datetime, language: str) -> str:
    """On a day: "neljapäeval, 14. jaanuaril 2027"; English and Russian put "on" into the letter."""
    return _declined(when, "l") if spoken(language) == "et" else day(when, language)


def until(when: date | datetime, language: str) -> str:
    """Until a day, included: "neljapäevani, 14. jaanuarini 2027"."""
    return _declined(when, "ni") if spoken(language) == "et" else day(when, language)


def short_day(when: date | datetime, language: str) -> str:
    """A day for a subject line, with no weekday: "14. jaanuar 2027"."""
    local, base = _local_day(when), spoken(language)
    dot = "." if base == "et" else ""
    return f"{local.day}{dot} {_MONTHS[base][local.month - 1]} {local.year}"


def short_until(when: date | datetime, language: str) -> str:
    """Until a day, for a subject line: "14. jaanuarini 2027"."""
    if spoken(language) != "et":
        return short_day(when, language)
    local = _local_day(when)
    return f"{local.day}. {_stem(_MONTHS['et'][local.month - 1])}ni {local.year}"


def hour(when: datetime) -> str:
    """A time of day on the clocks of Tallinn: "17.00"."""
    return f"{when.astimezone(ZONE):%H.%M}"


def moment(when: datetime, language: str) -> str:
    """When something begins: "neljapäeval, 14. jaanuaril 2027 kell 17.00 (Eesti aeg)"."""
    said = {
        "et": "{on} kell {hour} (Eesti aeg)",
        "en": "{on} at {hour} (Estonian time)",
        "ru": "{on} в {hour} (время Эстонии)",
    }
    return said[spoken(language)].format(on=on(when, language), hour=hour(when))


def until_moment(when: datetime, language: str) -> str:
    """Until a moment: "neljapäevani, 14. jaanuarini 2027 kella 17.00-ni (Eesti aeg)"."""
    said = {
        "et": "{day} kella {hour}-ni (Eesti aeg)",
        "en": "{hour} (Estonian time) on {day}",
        "ru": "{hour} (время Эстонии) {day}",
    }
    return said[spoken(language)].format(day=until(when, language), hour=hour(when))


def _local_day(when: date | datetime) -> date:
    return when.astimezone(ZONE).date() if isinstance(when, datetime) else when


def _declined(when: date | datetime, ending: str) -> str:
    local = _local_day(when)
    weekday, month = _WEEKDAYS["et"][local.weekday()], _MONTHS["et"][local.month - 1]
    # All weekdays end in "päev" (stem "päeva") but "reede"; October to December lose their last e.
    return f"{_stem(weekday)}{ending}, {local.day}. {_stem(month)}{ending} {local.year}"


def _stem(word: str) -> str:
    if word.endswith("päev"):
        return word + "a"
    if word.endswith("ber"):
        return word[:-2] + "ri"
    return word if word[-1] in "aei" else word + "i"
