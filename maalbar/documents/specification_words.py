"""The Danish words of the delivery specification: for every column, kind of value and way of writing one phrase."""

from __future__ import annotations

COLUMNS = {
    "person_id": "personens nøgle: pseudonymiseret, den samme i alle filer og alle år; aldrig et CPR-nummer",
    "sex": "køn",
    "birth_month": "fødselsmåned, skrevet som månedens første dag; aldrig fødselsdagen",
    "area": "boligområde eller afdeling",
    "municipality": "kommune",
    "resident_from": "første dag med bopæl i området",
    "resident_to": "første dag, hvor bopælen er en anden; tom, så længe personen bor der",
    "died_on": "dødsdag; tom for levende",
    "emigrated_on": "udrejsedag; tom, hvis personen ikke er udrejst",
    "is_care_home": "bor på plejehjem",
    "contact_id": "kontaktens egen nøgle; forskellig for hver kontakt",
    "sector": "sektor",
    "started_on": "første dag",
    "ended_on": "sidste dag; tom, hvis den ikke er afsluttet",
    "started_at": "begyndelse, lokal tid",
    "ended_at": "afslutning, lokal tid; tom, hvis kontakten er åben",
    "started_minute": "begyndelse, minutter efter midnat",
    "ended_minute": "afslutning, minutter efter midnat",
    "minutes": "varighed i minutter",
    "priority": "prioritet",
    "form": "kontaktens form",
    "unit": "enhed",
    "specialty": "speciale",
    "billing_week": "afregningsuge, ÅÅÅÅUU eller ÅÅUU efter ISO",
    "code": "kode",
    "kind": "diagnosens art",
    "diagnosed_on": "dag for diagnosen",
    "week_from": "mandag i første uge",
    "week_to": "mandag efter sidste uge",
    "service": "ydelse",
    "starts_on": "mandag i ugen, eller den første dag som ydelsen gælder",
    "quantity": "mængde",
    "answered_on": "svardag",
    "mode": "svarmåde",
    "is_proxy": "besvaret af en anden end personen selv",
    "scale": "skala",
    "item": "spørgsmål",
    "answer": "svar",
    "enrolled_on": "dag for tilmelding",
    "activity": "aktivitet",
    "took_part_on": "dag for deltagelse",
    "claim_id": "krav: en nøgle, der er forskellig for hvert",
    "outcome": "hvilket resultat kravet gælder",
    "achieved_on": "dag, hvor resultatet er opnået",
    "state": "kravets tilstand",
    "window_id": "den periode, der er talt i",
    "arm_value": "gruppe",
    "measure": "mål",
}
"""Canonical column → what it means."""
WEEK = "ydelseskode i ISO-uge ÅÅUU, én kolonne for hver uge; tom, når ingen ydelse er udbetalt"
SCALE_ITEM = "svar på spørgsmål `{item}` i skalaen `{scale}`; tom, hvis ubesvaret"
ANSWERS = "{lowest} til {highest}"
NO_ANSWER = "{codes}: ikke besvaret"
CODE_LISTS = {
    "area": "de områder, som aftalen gælder; skriv dem præcis sådan",
    "outcome": "aftalens resultater",
    "scale": "de skalaer, der kendes",
}
"""Canonical column → what the codes are that the contract as a whole knows of it."""
KIND = {
    "text": "tekst",
    "date": "dato, {date}",
    "timestamp": "dato og klokkeslæt, {date}",
    "hundredths": "tal med højst to decimaler",
    "integer": "helt tal",
    "flag": "ja eller nej",
}
FORMAT = {
    "csv": "CSV (`.csv`)",
    "parquet": "Parquet (`.parquet`)",
    "excel": "Excel (`.xlsx`)",
    "sas": "SAS (`.sas7bdat`)",
    "stata": "Stata (`.dta`)",
}
PACKED = {
    "none": "ingen: en pakket fil afvises",
    "zip": "zip med netop én fil i; højst {megabytes} MB udpakket",
    "gzip": "gzip; højst {megabytes} MB udpakket",
}
ENCODING = {
    "utf-8": "UTF-8, med eller uden BOM",
    "iso-8859-1": "ISO-8859-1 (Latin-1)",
    "windows-1252": "Windows-1252",
}
DELIMITER = {";": "semikolon `;`", ",": "komma `,`", "tab": "tabulator"}
DECIMAL = {",": "komma `,`", ".": "punktum `.`"}
THOUSANDS = {"none": "intet", ".": "punktum `.`", ",": "komma `,`", "space": "mellemrum"}
PURPOSE = {
    "administration": "administration",
    "consent": "samtykke; rækker for den, der trækker samtykket tilbage, slettes",
    "research": "forskning; bruges ikke til afgørelser om enkeltpersoner",
    "statistics": "statistik; bruges ikke til afgørelser om enkeltpersoner",
}
COMPLETE = {
    "manifest": "Filen regnes først for leveret, når dens manifest ligger ved siden af. Skriv manifestet til sidst.",
    "done_file": "Filen regnes først for leveret, når en tom fil med samme navn og `.done` efter ligger ved siden af. "
    "Skriv den til sidst, og skriv den igen, hvis filen ændres.",
    "stable": "Filen regnes for leveret, når den ikke har ændret sig i {minutes} minutter. Skriv den under et navn, der "
    "ender på `.tmp`, og omdøb den, når den er hel.",
}
