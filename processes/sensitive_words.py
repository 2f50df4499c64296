"""Words by which a text gives somebody away, in Estonian, English and Russian: stems, so that every case is met."""

import re

CALL = "telefon|tel|mob|gsm|helista|number|nr|phone|call|тел|моб|звон"

_STREET = (
    r"tn|tänav\w{0,4}|t\.|pst|puiestee\w{0,3}|mnt|maantee\w{0,3}|tee\w{0,3}|allee\w{0,3}|põi\w{1,5}|plats\w{0,4}|"
    r"väljak\w{0,4}|ra[dj]a\w{0,3}|kaar\w{0,3}|ring\w{0,3}|kald[ua]\w{0,3}"
)
_HOUSE = r"\d{1,3}[a-zA-Z]?(?:[/\-]\d{1,4}[a-zA-Z]?)?"
_NAME = r"[A-ZÕÄÖÜŠŽ][\w.'-]{0,30}"
PLACES = (
    (rf"(?<!\w)(?:{_NAME} ){{1,3}}(?:{_STREET}) ?{_HOUSE}(?!\w)", 0),
    (rf"(?<!\w){_NAME}(?:tänav|tee|maantee|puiestee) ?{_HOUSE}(?!\w)", 0),
    (rf"(?<!\w)(?:{_NAME} )?{_NAME} \d{{1,3}}[a-zA-Z]?-\d{{1,4}}[a-zA-Z]?(?!\w)", 0),
    (rf"(?<!\w)(?:[Ee]la(?:n|me|b|vad)|[Kk]odu|[Aa]adress\w{{0,3}}|[Mm]aja|[Kk]orter\w{{0,3}})[ :]{{1,3}}(?:[\w.]+ ){{0,2}}?{_NAME} {_HOUSE}(?!\w)", 0),
    (rf"(?<!\w)(?:{_NAME} )?{_NAME} talu\w{{0,4}}(?!\w)", 0),
    (r"(?<!\w)(?:krt|korter\w{0,4}|кв)\.? ?\d{1,4}(?!\w)", re.IGNORECASE),
    (r"(?<!\w)(?:ул\.?|улиц\w{1,2}|пр\.|проспект\w{0,2}|шоссе|пер\.) ?[А-ЯЁ][а-яё-]{1,30}(?:,? ?(?:д\.?|дом\w{0,2}))? ?\d{1,3}(?:[/\-]\d{1,4})?(?!\w)", 0),
    (r"(?<!\w)\d{1,4}[a-z]? (?:[A-Z][\w'-]{1,30} ){1,3}(?:Street|Road|Avenue|Lane|St\.|Rd\.)(?!\w)", 0),
)  # fmt: skip
"""Addresses of homes: a street and a house, a farm, a flat; patterns with their flags."""

HEALTH = re.compile(
    r"(?:puue|puude|puudega|invaliid|haig[eu]|haigla|diagnoos|ravi(?!m\b)|ravim|vähk|vähi|kasvaja|epileps|langetõ|diabeet|"
    r"suhkruhai|depress|ärevushäi|skisofr|bipolaar|autis|asperg|downi|dement|alzheim|parkinson|insul[td]|infark|"
    r"südameh|operatsioon|ratastool|proteesi|liikumispu|nägemispu|kuulmispu|vaimupu|pime(?:da|\b)|kurt(?!n)|kurdi|"
    r"vaegkuul|vaegnäg|vaimuhai|psühhiaat|psüühi|töövõimet|töövõimetus|rasedus?|hiv|alkohol(?:ism|ik)|narko|astma|"
    r"allerg|halvatu|kroonili|sclero|skleroos|"
    r"disab|wheelchair|illness|disease|diagnos|cancer|epilep|diabet|schizo|bipolar|dementia|stroke|surgery|blind|deaf|"
    r"pregnan|addict|asthma|paraly|"
    r"инвалид|болезн|больн|диагноз|лечени|рак(?:а|ом)?$|эпилеп|диабет|депресс|шизофр|аутис|деменц|инсульт|инфаркт|"
    r"операци|коляск|слепо|слепа|глухо|глуха|беременн|астм|аллерг|паралич)"
)
"""Beginnings of words that tell of health or a disability: special categories of data (GDPR art. 9)."""

RELATION = re.compile(
    r"(?:(?:üle)?naab(?:er|ri|rid|rile|rit|rite|rilt|riga|rimees\w*|rinai\w*|ripoi\w*)|"
    r"(?:vana|kasu|risti|)?(?:ema|isa)(?:le|l|lt|ga|d|ks)?|poja?\w{0,3}|poeg|tütar|tütre\w{0,3}|abikaasa\w{0,3}|mehe|naise|"
    r"venna?\w{0,3}|vend|õde|õe\w{0,3}|lapselap\w{1,5}|minia|väimees|õpetaja\w{0,3}|perearst\w{0,3}|"
    r"neighbou?rs?|mother|father|husband|wife|brother|sister|daughter|son|teacher|"
    r"сосед\w{0,4}|мам\w{1,3}|мать|матери|отец|отца|муж\w{0,2}|жен[аыуе]|брат\w{0,2}|сестр\w{1,2}|сын\w{0,2}|доч\w{1,3})"
)
"""Words for someone near: what is said of them is of a third person who was not asked."""

NO_NAME = re.compile(
    r"(?:vald|valla|vallavalit|vallavolik|linn|linna|küla|alevi|maakon|tänav|puiest|maantee|selts|seltsi|ühing|ühend|liit|liidu|"
    r"kogudus|kogukon|kool|lasteaed|komisj|volikog|valitsus|minister|amet|selle|see|meie|mina|palun|tere|lugu|"
    r"eesti|estonia|tallinn|tartu|pärnu|narva|soome|vene|euroopa|the|this|our|dear|please|"
    r"planeer|detailplan|üldplan|park|pargi|järv|jõgi|mets|kirik|muuseum|raamatukog|"
    r"город|волост|улиц|обществ|союз|эстон|таллин|наш|уважаем|добрый)"
)
"""Beginnings of words with a capital that are a place or a body: with one of them a pair is no person's name."""
