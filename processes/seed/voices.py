"""What the invented people said, and what they were answered. Nobody real ever wrote any of it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Voice:
    """One opinion. `by` is an organisation's short name, a resident's full name, or nothing for no name.

    `day` counts from the first day of the display. An opinion without `reasons` has not been answered.
    """

    by: str
    day: int
    text: str
    theme: str = ""
    outcome: str = ""
    reasons: str = ""
    language: str = "et"
    stance: str = ""
    words: str = ""
    channel: str = "web"
    late_reason: str = ""


JUNCTION = (
    Voice("pimedad", 1, "Palume mõlemale ülekäigule helisignaali ja juhtteed, mis viivad peatuse esimese ukseni. "
          "Praegu lõpeb juhttee keset kõnniteed. Äärekivi ja tee pind olgu erinevat värvi.", "ligipääs"),
    Voice("Mari Mustrikas", 2, "Ülekäigurada on joonisel koolist liiga kaugel. Lapsed jooksevad üle tee sealt, kus "
          "on kõige lühem. Tooge rada väravale lähemale.", "ülekäigurajad"),
    Voice("liikumine", 3, "Bussipeatuse serv peaks olema 18 cm kõrge, siis saab madalasse bussi sõita abita. "
          "Peatusest kaldteeni jääb joonisel 90 cm, ratastool vajab vähemalt 120 cm.", "bussipeatus"),
    Voice("", 4, "Milleks veel 40 parkimiskohta? Neist jätkub ka praegu. Pange puud.", "parkimine"),
    Voice("Jaan Jalakas", 5, "Olen 81 ja käin iga päev poes. Palun pinke vähemalt iga saja meetri järel ja "
          "käetugedega, muidu ei saa püsti.", "istepingid", channel="in_person"),
    Voice("eakad", 6, "Toetame uut peatust. Palume varjualust, kus saab istuda ka tuulega, ja sõiduplaani suures "
          "kirjas. Valgustus peab põlema enne esimest bussi.", "bussipeatus"),
    Voice("Сергей Примерный", 7, "Прошу сохранить парковку у магазина: многие приезжают из деревень, автобус ходит "
          "два раза в день. Хватит двух мест для людей с инвалидностью?", "parkimine", language="ru"),
    Voice("alevik", 8, "Aleviku selts arutas plaani koosolekul. Soovime 30 km/h märgi asemel künniseid, sest märki "
          "ei vaata keegi. Kõnnitee kate olgu sile, mitte munakivi.", "kiirus"),
)  # fmt: skip

COURTYARD = (
    Voice("liikumine", 1, "Kõik trepikojad peavad olema astmeteta ja lift peab mahutama kanderaami. Palume see "
          "planeeringusse kirjutada, mitte jätta projekteerija hooleks.", "ligipääs", "accepted",
          "Kirjutasime seletuskirja, et kõik sissepääsud on astmeteta ja lift vähemalt 1100 × 2100 mm."),
    Voice("Kalju Kännuste", 2, "Kolm korrust võtab mu aknast õhtupäikese. Palun viige maja kümme meetrit põhja poole.",
          "kõrgus", "partly", "Nihutasime maja 4 meetrit põhja poole. Rohkem ei luba tuletõrje kuja naabermajaga."),
    Voice("vanemad", 3, "Mänguväljakul olgu kiik, kuhu saab ratastooliga, ja aed ümber: osa lapsi jookseb ära.",
          "mänguväljak", "accepted", "Lisasime kaasava kiige ja meetrikõrguse piirde."),
    Voice("", 4, "Siia pole parkimiskohti vaja, buss peatub 200 meetri kaugusel.", "parkimine", "noted",
          "Parkimiskohtade arv tuleb üldplaneeringust; võtame arvamuse teadmiseks."),
    Voice("Elle Eeskuju", 5, "Vana pihlakas tuleb alles jätta, seal pesitsevad linnud.", "puud", "not_accepted",
          "Pihlakas on dendroloogi hinnangul haige ja ohtlik. Istutame viis uut pihlakat siseõue idaküljele."),
    Voice("alevik", 6, "Läbipääs järveni peab olema avatud ööpäev läbi, mitte väravaga suletav.", "läbipääs"),
    Voice("Toomas Tühi", 7, "Kas siseõue tuleb valgustus? Praegu on Metsa tänav pime.", "valgustus"),
    Voice("veteranid", 8, "Просим скамейки у каждого подъезда и низкие почтовые ящики. Объявления о стройке "
          "печатайте и по-русски.", "istepingid"),
    Voice("Riina Rohi", 9, "Ehituse ajal peab lasteaeda pääsema. Palun näidake, kust kõnnitee siis läheb.", "ehitus", channel="phone"),
    Voice("kogudus", 10, "Majja võiks tulla ühine ruum, kus üksi elavad inimesed kokku saavad. Aitame seda hoida.",
          "kogukond"),
    Voice("Ivo Iva", 11, "24 korterit on liiga palju. Neljandik oleks paras.", "maht"),
    Voice("autism", 12, "Palume ventilatsiooni ja prügimaja mitte vaikse nurga kõrvale. Pidev undamine ajab mõne "
          "inimese kodust välja.", "müra"),
    Voice("Aarne Aeg", 21, "Kas maja saab katusele päikesepaneelid? Nii oleks elu majas odavam.", "energia",
          channel="paper", late_reason="Olin väljapaneku ajal haiglas."),
)  # fmt: skip

SCHOOLYARD = (
    Voice("vaegkuuljad", 1, "Õuesõppe klassis peab olema kõneheli summutav lagi ja ühendus silmusvõimendile. "
          "Tänava müra on seal 62 dB.", "müra", "accepted", "Lisasime mürapiirde ja nõude silmusvõimendi kohta."),
    Voice("autism", 2, "Vaikne nurk on praegu spordiväljaku kõrval. Palume see viia põhjaküljele, hoone varju.",
          "vaikne nurk", "accepted", "Vaikne nurk on nüüd raamatukogu akende all, väljakust kaugel."),
    Voice("Pille Pärn", 3, "Vanad pärnad peavad alles jääma. Neid on kaheksa, joonisel on alles kolm.", "puud",
          "partly", "Alles jääb kuus pärna. Kahe koht jääb tuletõrje juurdepääsu alla.", stance="rejected",
          words="Komisjon peab päästeauto teed tähtsamaks, kuid palub istutada kaks uut pärna."),
    Voice("vanemad", 4, "Kaetud käigutee peab ulatuma invataksode peatuskohani. Praegu lõpeb see 20 meetrit enne.",
          "ligipääs", "accepted", "Pikendasime katust peatuskohani."),
    Voice("Andres Aed", 5, "Spordiväljak ei tohi olla lahti pärast kella 20. Elame üle tee ja müra on väljakannatamatu.",
          "müra", "not_accepted", "Väljak on avatud kella 22-ni nagu teised valla väljakud; muusikat seal ei mängita.",
          stance="supported", words="Komisjon soovib, et väljak suletaks koolipäevadel kell 21."),
    Voice("", 6, "Rattaparkla on liiga väike.", "rattad", "accepted", "Rattakohti tuleb 60 asemel 120."),
)  # fmt: skip

PROMENADE = (
    Voice("liikumine", 1, "Kaldtee mereni olgu kuni 5% kaldega ja lõppegu kõval pinnal, mitte liivas.", "ligipääs",
          "accepted", "Kalle on 4,5% ja tee lõpus on puitplatvorm."),
    Voice("ranna", 2, "Parkla ei tohi tulla rannaniidu äärde. Pakume vana kalalao platsi.", "parkimine", "accepted",
          "Parkla on nüüd kalalao platsil."),
    Voice("eakad", 3, "Pinke iga 50 meetri järel, vähemalt pooled varjus.", "istepingid", "partly",
          "Pingid on iga 75 meetri järel, pooled neist varjus. Tihedamalt ei luba looduskaitse.", stance="rejected",
          words="Komisjon nõustub vallaga."),
    Voice("Helve Hein", 4, "Linnurahu ajal ei tohi lambid põleda.", "valgustus", "accepted",
          "Valgustus on aprillist juulini pärast kella 22 välja lülitatud."),
    Voice("kurdid", 5, "Hädaabi kutsumise koht peab töötama ka neile, kes ei räägi: nupp ja valgusmärguanne.",
          "turvalisus", "accepted", "Lisasime nupu ja valgusmärguandega hädaabiposti."),
    Voice("Mati Meri", 6, "Kogu promenaad on raha raiskamine. Parandage enne teed.", "maksumus", "outside",
          "Teede remont otsustatakse eelarves; edastasime selle vallavalitsusele."),
    Voice("metsa", 7, "Buss peaks suvel promenaadini sõitma.", "ühistransport", "partly",
          "Peatuse koht on planeeringus olemas; liini avamist arutab maakonna ühistranspordikeskus.",
          stance="supported", words="Komisjon teeb ettepaneku avada liin juunist augustini."),
)  # fmt: skip

SQUARE = (
    Voice("koda", 1, "Peasissepääs peab olema astmeteta, mitte kõrvaluks hoovis. Vana trepi saab säilitada kõrval.",
          "ligipääs", "accepted", "Peasissepääsu ette tuleb kaldtee; trepp säilib selle kõrval."),
    Voice("pimedad", 2, "Munakivil ei tunne valge kepp juhtteed. Palume sileda riba läbi kogu väljaku.", "kate",
          "partly", "Sile 1,8 m riba tuleb turult uksele; muinsuskaitse nõudel jääb ülejäänud väljak kivisillutisega."),
    Voice("kauplus", 3, "Kauba laadimine peab hommikul võimalik olema, muidu jääb pood tühjaks.", "liiklus",
          "accepted", "Laadida saab tööpäeviti kella 9-ni."),
    Voice("Vello Vank", 4, "Kui autod ära viia, siis kuhu ma pargin? Elan väljaku ääres.", "parkimine", "not_accepted",
          "Elanike parkimine jääb Kooli tänavale, 80 meetri kaugusele. Väljak jääb autovabaks."),
    Voice("vaimupuu", 5, "Palume selgeid silte piltidega. Tualett peab olema lahti ka laupäeval.", "sildid",
          "accepted", "Sildid tulevad piltidega. Tualett on lahti iga päev."),
)  # fmt: skip
