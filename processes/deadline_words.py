"""The reasoning behind a deadline as a sentence in Estonian, English or Russian."""

from datetime import date

from processes.deadline import Deadline, Step, Term

HOLIDAY_NAMES = {
    "uusaasta": ("New Year's Day", "Новый год"),
    "iseseisvuspäev": ("Independence Day", "День независимости"),
    "suur reede": ("Good Friday", "Страстная пятница"),
    "ülestõusmispühade 1. püha": ("Easter Sunday", "Пасха"),
    "kevadpüha": ("Spring Day", "Праздник весны"),
    "nelipühade 1. püha": ("Pentecost", "Троица"),
    "võidupüha": ("Victory Day", "День победы"),
    "jaanipäev": ("Midsummer Day", "Янов день"),
    "taasiseseisvumispäev": ("Independence Restoration Day", "День восстановления независимости"),
    "jõululaupäev": ("Christmas Eve", "Рождественский сочельник"),
    "esimene jõulupüha": ("Christmas Day", "Первый день Рождества"),
    "teine jõulupüha": ("Second Day of Christmas", "Второй день Рождества"),
}


def sentence(deadline: Deadline, language: str = "et") -> str:
    """Why a term ends when it ends. In: et, et-easy, en or ru; any other is told in Estonian."""
    spoken = language.split("-", maxsplit=1)[0]
    if spoken not in _WORDS:
        spoken = "et"
    return " ".join(
        _WORDS[spoken][step.code].format(
            day=day_in(step.on, spoken), term=length(deadline.term, spoken), why=_why_off(step, spoken)
        )
        for step in deadline.steps
    )


def day_in(day: date, language: str) -> str:
    """A day as people write it: 28.12.2026, in English 28 December 2026."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if language == "en" else f"{day:%d.%m.%Y}"


_MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def length(term: Term, language: str) -> str:
    """A term in words: 14 päeva, 14 days, 14 дней."""
    key = "WD" if term.working else term.unit
    one, few, many = _UNITS[language][key]
    if language != "ru":
        return f"{term.count} {one if term.count == 1 else many}"
    last, last_two = term.count % 10, term.count % 100
    if last == 1 and last_two != 11:
        return f"{term.count} {one}"
    return f"{term.count} {few if 2 <= last <= 4 and not 12 <= last_two <= 14 else many}"


_UNITS = {
    "et": {
        "D": ("päev", "", "päeva"),
        "W": ("nädal", "", "nädalat"),
        "M": ("kuu", "", "kuud"),
        "Y": ("aasta", "", "aastat"),
        "WD": ("tööpäev", "", "tööpäeva"),
    },
    "en": {
        "D": ("day", "", "days"),
        "W": ("week", "", "weeks"),
        "M": ("month", "", "months"),
        "Y": ("year", "", "years"),
        "WD": ("working day", "", "working days"),
    },
    "ru": {
        "D": ("день", "дня", "дней"),
        "W": ("неделя", "недели", "недель"),
        "M": ("месяц", "месяца", "месяцев"),
        "Y": ("год", "года", "лет"),
        "WD": ("рабочий день", "рабочих дня", "рабочих дней"),
    },
}


def _why_off(step: Step, language: str) -> str:
    weekend, holiday = {
        "et": ("puhkepäev", "riigipüha ({})"),
        "en": ("a day of the weekend", "a public holiday ({})"),
        "ru": ("выходной день", "государственный праздник ({})"),
    }[language]
    if not step.detail:
        return weekend
    english, russian = HOLIDAY_NAMES.get(step.detail, (step.detail, step.detail))
    return holiday.format({"et": step.detail, "en": english, "ru": russian}[language])


_WORDS = {
    "et": {
        "begins": "Tähtaeg ({term}) hakkab kulgema sündmusele järgneval päeval, {day} (HMS § 33, TsÜS § 135).",
        "full": "Tähtaeg saab täis {day}.",
        "day_off": "See on {why}.",
        "moved": "Seetõttu lõpeb tähtaeg esimesel järgneval tööpäeval, {day} (TsÜS § 136 lg 8).",
        "ends": "Tähtaja viimane hetk on {day} kell 24.00 (TsÜS § 137 lg 1).",
        "must_precede": "Enne päeva {day} peab täielikult vahele jääma vähemalt {term}.",
        "latest": "Viimane sobiv päev on {day}; puhkepäev seda edasi ei lükka.",
    },
    "en": {
        "begins": "The term ({term}) begins on the day after the event, {day} (HMS § 33, TsÜS § 135).",
        "full": "It is full on {day}.",
        "day_off": "That is {why}.",
        "moved": "It therefore ends on the first working day after it, {day} (TsÜS § 136 (8)).",
        "ends": "Its last moment is 24:00 on {day} (TsÜS § 137 (1)).",
        "must_precede": "At least {term} must lie in full before {day}.",
        "latest": "The last day that keeps this is {day}; a day off does not move it later.",
    },
    "ru": {
        "begins": "Срок ({term}) начинается на следующий день после события, {day} (HMS § 33, TsÜS § 135).",
        "full": "Срок истекает {day}.",
        "day_off": "Это {why}.",
        "moved": "Поэтому срок заканчивается в первый следующий рабочий день, {day} (TsÜS § 136 lg 8).",
        "ends": "Последний момент срока: {day}, 24:00 (TsÜS § 137 lg 1).",
        "must_precede": "До {day} должно полностью пройти не менее: {term}.",
        "latest": "Последний подходящий день: {day}; выходной день этот срок не отодвигает.",
    },
}
