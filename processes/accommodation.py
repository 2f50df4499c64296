"""What someone needs to take part: asked, arranged or refused with a reason, deleted afterwards.

A need tied to a person lets one infer health (GDPR art. 9): only the organiser sees it, planners'
counts aside, and it is deleted 30 days after the event.
"""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Column, Index, Text, text
from sqlalchemy_utc import UtcDateTime
from sqlmodel import Field, SQLModel

from processes.database import Row, belongs_to

KEEP_DAYS = 30


@dataclass(frozen=True)
class Kind:
    """A kind of accommodation and how many days ahead it must be ordered."""

    code: str
    lead_days: int
    et: str
    en: str
    ru: str


KINDS = {
    kind.code: kind
    for kind in (
        Kind("SIGN", 14, "viipekeeletõlge (eesti viipekeel)", "sign-language interpreting", "перевод на жестовый язык"),
        Kind("SIGN_RU", 14, "vene viipekeele tõlge", "Russian sign-language interpreting", "перевод на русский жестовый язык"),
        Kind("CART", 14, "kirjutustõlge", "speech-to-text interpreting", "письменный перевод речи"),
        Kind("SUBS", 5, "subtiitrid", "subtitles", "субтитры"),
        Kind("LOOP", 5, "silmusvõimendi", "induction loop", "индукционная петля"),
        Kind("EASY", 10, "lihtsas keeles materjal", "easy-to-read material", "материалы на простом языке"),
        Kind("PICTO", 10, "piktogrammid, alternatiivkommunikatsioon", "pictograms", "пиктограммы"),
        Kind("BRAIL", 14, "punktkiri", "Braille", "шрифт Брайля"),
        Kind("LARGE", 5, "suures kirjas materjal", "large print", "крупный шрифт"),
        Kind("ELEC", 3, "ekraanilugejale sobiv fail", "screen-reader-ready file", "файл для программ экранного доступа"),
        Kind("DESC", 14, "kirjeldustõlge", "audio description", "тифлокомментирование"),
        Kind("WHEEL", 5, "ratastooliligipääs", "wheelchair access", "доступ на инвалидной коляске"),
        Kind("WC", 5, "invatualett", "accessible toilet", "туалет для людей с инвалидностью"),
        Kind("PARK", 3, "invaparkimiskoht", "accessible parking", "парковка для людей с инвалидностью"),
        Kind("TRANS", 7, "sotsiaaltransport", "accessible transport", "социальный транспорт"),
        Kind("PA", 7, "isiklik abistaja", "personal assistant", "личный помощник"),
        Kind("SUP", 7, "tugiisik", "support person", "опорное лицо"),
        Kind("DOG", 1, "juht- või abikoer", "guide or assistance dog", "собака-поводырь"),
        Kind("PAUSE", 3, "lisapausid, vaikne ruum", "breaks, quiet room", "дополнительные перерывы, тихая комната"),
        Kind("TIME", 0, "lisaaeg vastamiseks", "extra time to answer", "дополнительное время"),
        Kind("REMOTE", 2, "kaugosalus", "remote participation", "дистанционное участие"),
        Kind("PHONE", 1, "vastamine telefoni või kohtumise teel", "answer by phone or in person", "ответ по телефону или лично"),
        Kind("LANG", 7, "tõlge vene keelde", "interpreting into Russian", "перевод на русский язык"),
        Kind("ALLERG", 3, "lõhna- ja allergeenivaba ruum", "scent- and allergen-free room", "помещение без запахов и аллергенов"),
        Kind("OTHER", 7, "muu", "other", "другое"),
    )
}  # fmt: skip


class Need(Row, table=True):
    """One need of one invitee for one consultation's meetings. State: asked, booked, refused."""

    __table_args__ = (
        belongs_to("consultation"),
        belongs_to("invitation"),
        Index(
            "ix_need_asked", "municipality_id", "consultation_id", "arrange_by",
            sqlite_where=text("state = 'asked'"), postgresql_where=text("state = 'asked'"),
        ),
    )  # fmt: skip

    consultation_id: str = Field(index=True)
    invitation_id: str
    kind: str
    details: str = Field(default="", sa_column=Column(Text, nullable=False))
    state: str = "asked"
    answer: str = Field(default="", sa_column=Column(Text, nullable=False))
    asked_at: datetime = Field(sa_type=UtcDateTime)
    arrange_by: date | None = None
    delete_on: date | None = None


class NeedCount(SQLModel, table=True):
    """How many needs of a case there were in a state, kept when the needs themselves are deleted: it names nobody."""

    __tablename__ = "need_count"
    __table_args__ = (belongs_to("consultation"),)

    municipality_id: str = Field(primary_key=True)
    consultation_id: str = Field(primary_key=True)
    state: str = Field(primary_key=True)
    number: int = 0
