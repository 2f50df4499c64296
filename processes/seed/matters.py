"""What the invented cases are about: their plain boxes in four languages, and where they are. Nothing is real."""

from dataclasses import dataclass, field

TOPICS = ("ligipääsetavus", "liiklus", "haridus", "elamine", "haljastus", "turvalisus")


@dataclass(frozen=True)
class Text:
    """The plain box in one language."""

    title: str
    what: str
    open_points: str
    already_decided: str


@dataclass(frozen=True)
class Matter:
    """One case's subject. `impacts` are the words of the audience table."""

    place: str
    applicant: str
    topics: tuple[str, ...]
    impacts: tuple[str, ...]
    texts: dict[str, Text] = field(repr=False)
    decided_by: str = "council"


JUNCTION = Matter(
    place="Kooli tänav, Näidise alevik",
    applicant="Näidisvalla Vallavalitsus",
    topics=("liiklus", "ligipääsetavus", "turvalisus"),
    impacts=("roads", "transport", "public_space"),
    texts={
        "et": Text(
            "Kooli tänava ristmiku ja bussipeatuse detailplaneering",
            "Kooli tänava ja Pargi tee ristmik ehitatakse ümber. Tuleb uus bussipeatus, laiem kõnnitee ja 40 "
            "parkimiskohta.",
            "Ülekäiguradade kohad, bussipeatuse kõrgus ja varjualune, istepingid, valgustus ja kõnnitee kate.",
            "Ristmik jääb samasse kohta ja kiirus selles on kuni 30 km/h.",
        ),
        "et-easy": Text(
            "Kooli tänava ristmik ja bussipeatus",
            "Vald ehitab ristmiku ümber. Tuleb uus bussipeatus. Kõnnitee on laiem.",
            "Kus on ülekäigurada? Milline on bussipeatus? Kus on pingid ja lambid?",
            "Ristmik jääb samasse kohta. Autod sõidavad seal aeglaselt.",
        ),
        "en": Text(
            "Detailed plan of the Kooli street junction and bus stop",
            "The junction of Kooli street and Pargi road is rebuilt. It gets a new bus stop, a wider pavement and "
            "40 parking places.",
            "Where the crossings are, the height and shelter of the stop, benches, lighting, the paving.",
            "The junction stays where it is, and the speed in it is at most 30 km/h.",
        ),
        "ru": Text(
            "Детальная планировка перекрёстка улицы Кооли и автобусной остановки",
            "Перекрёсток улицы Кооли и Парковой дороги перестраивается. Появятся новая остановка, более широкий "
            "тротуар и 40 парковочных мест.",
            "Места переходов, высота остановки и навес, скамейки, освещение и покрытие тротуара.",
            "Перекрёсток остаётся на том же месте, скорость на нём не выше 30 км/ч.",
        ),
    },
)  # fmt: skip

COURTYARD = Matter(
    place="Metsa tänav 4, Näidise alevik",
    applicant="OÜ Näidiskodu",
    topics=("elamine", "haljastus", "ligipääsetavus"),
    impacts=("roads", "public_space"),
    decided_by="government",
    texts={
        "et": Text(
            "Metsa tn 4 kortermaja ja siseõue detailplaneering",
            "Tühjale krundile kavandatakse kolmekorruselist kortermaja 24 korteriga. Maja ette tuleb kõigile avatud "
            "siseõu mänguväljakuga.",
            "Siseõue lahendus, puude asukoht, läbipääs Metsa tänavalt järveni ja parkimiskohtade hulk.",
            "Maja on kuni kolm korrust kõrge: nii ütleb üldplaneering.",
        ),
        "en": Text(
            "Detailed plan of the apartment block and courtyard at Metsa 4",
            "A three-storey block of 24 flats is planned on an empty plot. In front of it there will be a courtyard "
            "with a playground, open to all.",
            "The courtyard, the trees, the way from Metsa street to the lake, and the number of parking places.",
            "The house has at most three storeys, as the general plan says.",
        ),
        "ru": Text(
            "Детальная планировка дома и двора по адресу Метса 4",
            "На пустом участке планируется трёхэтажный дом на 24 квартиры. Перед домом будет открытый для всех двор "
            "с детской площадкой.",
            "Решение двора, расположение деревьев, проход от улицы Метса к озеру и число парковочных мест.",
            "В доме не больше трёх этажей: так сказано в общей планировке.",
        ),
    },
)  # fmt: skip

SCHOOLYARD = Matter(
    place="Kooli tänav 9, Näidise alevik",
    applicant="Näidise Kool",
    topics=("haridus", "ligipääsetavus", "haljastus"),
    impacts=("public_building", "public_space"),
    texts={
        "et": Text(
            "Näidise Kooli õueala ja juurdeehituse detailplaneering",
            "Kool saab juurdeehituse 120 õpilasele. Õuele tulevad õuesõppe klass, spordiväljak ja kaetud käigutee.",
            "Käiguteede kulg, vaikne nurk, spordiväljaku avatus õhtuti ja vanade pärnade saatus.",
            "Juurdeehitus tuleb kooli põhjaküljele.",
        ),
        "et-easy": Text(
            "Näidise Kooli õu",
            "Kool läheb suuremaks. Õuele tuleb spordiväljak. Õuele tuleb katusega tee.",
            "Kus teed lähevad? Kus on vaikne koht? Kas puud jäävad alles?",
            "Uus osa tuleb maja taha.",
        ),
        "en": Text(
            "Detailed plan of the yard and annex of Näidise School",
            "The school gets an annex for 120 pupils. The yard gets an outdoor classroom, a sports ground and a "
            "covered walk.",
            "The walks, a quiet corner, opening the sports ground in the evening, and the old lime trees.",
            "The annex stands on the north side of the school.",
        ),
        "ru": Text(
            "Детальная планировка двора и пристройки школы Няйдисе",
            "Школа получит пристройку на 120 учеников. Во дворе появятся уличный класс, спортплощадка и крытая дорожка.",
            "Дорожки, тихий уголок, вечерняя работа спортплощадки и судьба старых лип.",
            "Пристройка будет с северной стороны школы.",
        ),
    },
)  # fmt: skip

PROMENADE = Matter(
    place="Ranna tee, Ranna küla",
    applicant="Näidisvalla Vallavalitsus",
    topics=("haljastus", "ligipääsetavus", "turvalisus"),
    impacts=("public_space", "roads"),
    texts={
        "et": Text(
            "Ranna küla mereäärse promenaadi detailplaneering",
            "Ranna tee äärde rajatakse 900 meetri pikkune promenaad, kaks puhkekohta ja kaldtee mereni.",
            "Kaldtee kalle ja kate, pinkide vahe, valgustus linnurahu ajal ja parkla asukoht.",
            "Rannaniitu ei ehitata.",
        ),
        "en": Text(
            "Detailed plan of the seaside promenade of Ranna village",
            "A promenade of 900 metres is built along Ranna road, with two places to rest and a ramp to the sea.",
            "The ramp's slope and surface, the distance between benches, lighting, and where cars are parked.",
            "The coastal meadow is not built upon.",
        ),
        "ru": Text(
            "Детальная планировка набережной деревни Ранна",
            "Вдоль дороги Ранна появится набережная длиной 900 метров, два места отдыха и пандус к морю.",
            "Уклон и покрытие пандуса, расстояние между скамейками, освещение и место парковки.",
            "Прибрежный луг не застраивается.",
        ),
    },
)  # fmt: skip

SQUARE = Matter(
    place="Vana vallamaja plats, Näidise alevik",
    applicant="Näidisvalla Vallavalitsus",
    topics=("ligipääsetavus", "turvalisus", "haljastus"),
    impacts=("public_space", "public_building", "transport"),
    texts={
        "et": Text(
            "Vana vallamaja ja keskväljaku detailplaneering",
            "Vanast vallamajast saab raamatukogu ja päevakeskus. Maja ette tuleb autovaba väljak turuga.",
            "Sissepääsu lahendus, kivisillutis, invaparkimine, turu päevad ja tualeti lahtiolek.",
            "Väljak jääb autovabaks; vana maja fassaad säilib.",
        ),
        "en": Text(
            "Detailed plan of the old town hall and main square",
            "The old town hall becomes a library and day centre. In front of it there will be a square without cars.",
            "The entrance, the paving, accessible parking, market days and the hours of the toilet.",
            "The square stays free of cars, and the old front of the house is kept.",
        ),
        "ru": Text(
            "Детальная планировка старой управы и центральной площади",
            "В здании старой управы разместятся библиотека и дневной центр. Перед ним будет площадь без машин.",
            "Вход, мощение, парковка для людей с инвалидностью, дни рынка и время работы туалета.",
            "Площадь остаётся без машин, старый фасад сохраняется.",
        ),
    },
)  # fmt: skip

PATH = Matter(
    place="Põllu tee, Metsa küla",
    applicant="Metsa Külaselts",
    topics=("liiklus", "ligipääsetavus"),
    impacts=("roads", "transport"),
    decided_by="government",
    texts={
        "et": Text(
            "Põllu tee kergliiklustee detailplaneering",
            "Metsa külast alevikku rajatakse 2,4 kilomeetri pikkune kergliiklustee.",
            "Tee laius, valgustus, puhkekohad ja ületused põllumasinate teedega.",
            "Tee kulgeb mööda Põllu tee põhjakülge.",
        ),
        "en": Text(
            "Detailed plan of the Põllu road foot and cycle path",
            "A path of 2.4 kilometres is built from Metsa village to the town.",
            "Its width, lighting, places to rest and where farm machines cross it.",
            "It runs along the north side of Põllu road.",
        ),
        "ru": Text(
            "Детальная планировка пешеходной и велосипедной дорожки Пыллу",
            "От деревни Метса до посёлка появится дорожка длиной 2,4 километра.",
            "Ширина, освещение, места отдыха и пересечения с путями сельхозтехники.",
            "Дорожка идёт вдоль северной стороны дороги Пыллу.",
        ),
    },
)  # fmt: skip

FACTORY = Matter(
    place="Vabriku tänav 2, Näidise alevik",
    applicant="AS Näidisvabrik",
    topics=("elamine", "liiklus", "turvalisus"),
    impacts=("roads", "public_building"),
    texts={
        "et": Text(
            "Vabriku tn 2 kvartali detailplaneering",
            "Vanasse vabrikusse kavandatakse tervisekeskust, kauplust ja 12 sotsiaaleluruumi.",
            "Tervisekeskuse sissepääs, invatakso peatuskoht, öine valgustus ja haljasala suurus.",
            "Korsten ja vabriku fassaad säilivad.",
        ),
        "en": Text(
            "Detailed plan of the quarter at Vabriku 2",
            "The old factory becomes a health centre, a shop and 12 social dwellings.",
            "The entrance of the health centre, a stop for accessible taxis, lighting at night, the green area.",
            "The chimney and the front of the factory are kept.",
        ),
        "ru": Text(
            "Детальная планировка квартала Вабрику 2",
            "В старой фабрике планируются центр здоровья, магазин и 12 социальных квартир.",
            "Вход в центр здоровья, остановка инватакси, ночное освещение и размер зелёной зоны.",
            "Труба и фасад фабрики сохраняются.",
        ),
    },
)  # fmt: skip

KINDERGARTEN = Matter(
    place="Aia tänav 3, Näidise alevik",
    applicant="Näidise Lasteaed",
    topics=("haridus", "ligipääsetavus"),
    impacts=("public_building",),
    texts={
        "et": Text(
            "Aia tn 3 lasteaia laienduse detailplaneering",
            "Lasteaed soovib juurde kahte rühmaruumi ja suuremat õueala.",
            "Lastevanemate parkimine, kaldtee asukoht ja mänguväljaku varjulisus.",
            "Midagi ei ole veel otsustatud: taotlus on alles saabunud.",
        ),
        "en": Text(
            "Detailed plan of the kindergarten's annex at Aia 3",
            "The kindergarten would like two more rooms for groups and a larger yard.",
            "Where parents park, where the ramp is, and shade on the playground.",
            "Nothing has been decided: the application has only just come.",
        ),
        "ru": Text(
            "Детальная планировка расширения детского сада на улице Айа 3",
            "Детский сад хотел бы две новые групповые комнаты и больший двор.",
            "Парковка родителей, место пандуса и тень на площадке.",
            "Пока ничего не решено: заявление только что поступило.",
        ),
    },
)  # fmt: skip
