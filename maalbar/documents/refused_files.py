"""Why a file was refused and how it is mended, in Danish, as its sender reads it. The English is that of the errors.

A refusal is told in clauses (`; `) and its remedy in steps (`, `), so each is put into words by itself. `{}` is what the message
fills in: a count, a row number, a name of a column that the contract knows, never a value. What has no words here is told as it
stands; a test finds every message of the code that has none.
"""

from __future__ import annotations

import re
from functools import cache

WHAT = {
    # whether it is the file that was announced, and whose place it takes
    "has {} rows, {} were announced": "har {} rækker, men {} er meldt",
    "holds no rows": "har ingen rækker",
    "is empty": "er tom",
    "is not the file announced (sha256 {}…, announced {}…)": "er ikke den fil, der er meldt (sha256 {}…, meldt {}…)",
    "supersedes a file that was not taken in": "afløser en fil, der ikke er modtaget",
    "a different file for {} was taken in before (sha256 {}…)": "der er tidligere modtaget en anden fil for {} (sha256 {}…)",
    "is held: there is another file for {} ({}), and neither says that it supersedes":
        "venter: der er også en anden fil for {} ({}), og ingen af dem siger, at den afløser den anden",
    "is held: a different file for {} came before (sha256 {}…)":
        "venter: der er tidligere kommet en anden fil for {} (sha256 {}…)",
    "is held: it supersedes {}…, which cannot be taken in itself":
        "venter: den afløser {}…, som ikke selv kan modtages",
    "is held: it supersedes a file that was not taken in": "venter: den afløser en fil, der ikke er modtaget",
    "supersedes {}…, and so does another file ({})": "afløser {}…, og det gør en anden fil også ({})",
    "supersedes {}…, whose place was taken by a different file for {} since":
        "afløser {}…, som siden er afløst af en anden fil for {}",
    "is one of several files that supersede one another in a circle": "er en af flere filer, der afløser hinanden i ring",
    "the permission has expired ({}, {}, before {})": "tilladelsen er udløbet ({}, {})",
    "nothing of its persons may be kept any more (until {})": "oplysningerne må ikke opbevares længere (til {})",
    # names, places, manifests
    "is not there": "er der ikke",
    "is not there, or is no plain file": "er der ikke, eller er ikke en almindelig fil",
    "is no plain file": "er ikke en almindelig fil",
    "is a link": "er en genvej",
    "is a folder": "er en mappe",
    "is also known under another name (a hard link)": "findes også under et andet navn (et hårdt link)",
    "is not called as the contract says ({})": "hedder ikke, som aftalt ({})",
    "has a name that is not allowed": "har et navn, der ikke er tilladt",
    "names a file with a name that is not allowed": "nævner en fil med et navn, der ikke er tilladt",
    "lies in the folder of another contract or source": "ligger i mappen til en anden aftale eller kilde",
    "describes {}, which serves no period": "beskriver {}, som ikke hører til nogen periode",
    "describes {}, and today is {}": "beskriver {}, som ikke er kommet endnu (i dag er {})",
    "was changed in the future": "er ændret i fremtiden",
    "has been changing for more than a day": "har ændret sig i mere end et døgn",
    "was changed after its {}": "er ændret, efter at dens {} blev skrevet",
    "is no manifest": "er ikke et manifest",
    "cannot be read ({})": "kan ikke læses ({})",
    "is larger than {} bytes": "er større end {} byte",
    # packed files
    "unpacks to more than the agreed {} MB": "fylder pakket ud mere end de aftalte {} MB",
    "says that it unpacks to more than the agreed {} MB": "siger, at den pakket ud fylder mere end de aftalte {} MB",
    "unpacks to more than {} times its size": "fylder pakket ud mere end {} gange sin størrelse",
    "is a zip of {} parts": "er en zip med {} dele",
    "is a zip of {} files or folders": "er en zip med {} filer eller mapper",
    "is an empty zip": "er en tom zip",
    "is no whole zip": "er ikke en hel zip",
    "is damaged or cut off": "er beskadiget eller klippet af",
    "holds a file in a folder": "har filen i en mappe",
    "is an archive that holds an archive": "er en pakke i en pakke",
    "holds a file with a path that leads out of it": "har en fil med en sti, der fører ud af pakken",
    "holds a file whose name has signs that no name has": "har en fil, hvis navn har tegn, som intet navn har",
    "holds a file that is named as a device": "har en fil, der hedder som en enhed",
    "holds a link, not a file": "har en genvej, ikke en fil",
    "holds something that is no plain file": "har noget, der ikke er en almindelig fil",
    "is encrypted": "er krypteret",
    "is packed in a way that is not read": "er pakket på en måde, der ikke kan læses",
    # columns
    "lacks {}": "mangler {}",
    "has a column that the contract does not know ({})": "har en kolonne, som aftalen ikke kender ({})",
    "has {} columns that the contract does not know ({})": "har {} kolonner, som aftalen ikke kender ({})",
    "has twice {}": "har to gange {}",
    "has no weekly columns (their names begin with {})": "har ingen ugekolonner (deres navne begynder med {})",
    "fits {} layouts": "passer til {} opstillinger",
    "a weekly column is named after no ISO week": "en ugekolonne er ikke opkaldt efter en uge",
    "its first line is no header": "har ingen kolonnenavne i første linje",
    "the header stands again at row {}": "kolonnenavnene står igen i række {}",
    "has cells behind the last column": "har celler efter sidste kolonne",
    "line {} has cells behind the last column": "linje {} har celler efter sidste kolonne",
    "row {} has {} column and the header {}": "række {} har {} kolonne, og overskriften har {}",
    "row {} has {} columns and the header {}": "række {} har {} kolonner, og overskriften har {}",
    # persons
    "{} cells look like CPR numbers (in {}, first in row {})": "{} celler ligner CPR-numre (i {}, først i række {})",
    "at least {} cells look like CPR numbers (in {}, first in row {})":
        "mindst {} celler ligner CPR-numre (i {}, først i række {})",
    "what the file says beside its cells looks like it holds CPR numbers":
        "det, filen siger uden for sine celler, ser ud til at rumme et CPR-nummer",
    "{} looks like it holds CPR numbers": "{} ser ud til at rumme et CPR-nummer",
    "{} cells hold {} (in {}, first in row {})": "{} celler rummer {} (i {}, først i række {})",
    "at least {} cells hold {} (in {}, first in row {})": "mindst {} celler rummer {} (i {}, først i række {})",
    "{} cells are of a type that cannot be looked through (in {}, first in row {})":
        "{} celler er af en type, der ikke kan ses igennem (i {}, først i række {})",
    "and {} more finds": "og {} fund mere",
    "nothing of the file is kept": "intet af filen er gemt",
    "its reason looks like it holds a CPR number": "begrundelsen ser ud til at rumme et CPR-nummer",
    "{}: {} unknown code in {} row: {}": "{}: {} ukendt kode i {} række: {}",
    "{}: {} unknown code in {} rows: {}": "{}: {} ukendt kode i {} rækker: {}",
    "{}: {} unknown codes in {} rows: {}": "{}: {} ukendte koder i {} rækker: {}",
    "{}: {} unknown code in {} rows, none of them told (rare, long, or like a person's number)":
        "{}: {} ukendt kode i {} rækker (nævnes ikke her)",
    "{}: {} unknown codes in {} rows, none of them told (rare, long, or like a person's number)":
        "{}: {} ukendte koder i {} rækker (nævnes ikke her)",
    "if they are meant, say {}": "skriv til os, hvis de er rigtige",
    "known are {}": "de aftalte koder er {}",
    "cannot be looked through ({} at {})": "kan ikke ses igennem ({}, {})",
    # how it is written
    "not {} at byte {}": "er ikke {} (ved byte {})",
    "it looks like {}": "den ser ud til at være {}",
    "its columns seem to be separated by {}, and {} is agreed": "kolonnerne ser ud til at være adskilt af {}, men {} er aftalt",
    "{}: dates seem to be written {}, and {} is agreed (rows {})":
        "{}: datoerne ser ud til at være skrevet {}, men {} er aftalt (række nr. {})",
    "{}: numbers seem to be written {}, and {} is agreed (rows {})":
        "{}: tallene ser ud til at være skrevet {}, men {} er aftalt (række nr. {})",
    "begins with the mark of utf-8, and {} is agreed": "begynder med mærket for utf-8, men {} er aftalt",
    "is utf-8, and {} is agreed": "er utf-8, men {} er aftalt",
    "column no. {} is not utf-8": "kolonne nr. {} er ikke utf-8",
    "column no. {} has a cell of more than {} MB": "kolonne nr. {} har en celle på mere end {} MB",
    "column no. {} holds a zero byte": "kolonne nr. {} har en nulbyte",
    "column no. {} holds {}, which is neither text, number, date nor time stamp":
        "kolonne nr. {} har en type ({}), som hverken er tekst, tal, dato eller tidspunkt",
    "column no. {} holds values beyond what {} can be read as": "kolonne nr. {} har værdier, der ikke kan læses som {}",
    "column no. {} is of a kind that is not read": "kolonne nr. {} har en type, der ikke kan læses",
    "column no. {} is of days and holds parts of days": "kolonne nr. {} er af dage, men har dele af dage",
    "column no. {} holds a time of day": "kolonne nr. {} har et klokkeslæt uden dato",
    "column no. {} is a date in a format that is not read": "kolonne nr. {} er en dato i et format, der ikke kan læses",
    "a column of {} cannot be written as text": "en kolonne af {} kan ikke skrives som tekst",
    "a quotation mark on line {} neither begins nor ends a cell":
        "et anførselstegn i linje {} hverken begynder eller slutter en celle",
    "ends inside a quoted cell": "slutter midt i en celle i anførselstegn",
    "has a row of more than {} MB": "har en række på mere end {} MB",
    "cannot be cut into rows": "kan ikke deles i rækker",
    "is no whole Parquet file: its end is missing or damaged": "er ikke en hel Parquet-fil: slutningen mangler eller er skadet",
    "is damaged: a part of it cannot be read": "er beskadiget: en del af den kan ikke læses",
    "is no whole SAS file": "er ikke en hel SAS-fil",
    "is no whole Stata file": "er ikke en hel Stata-fil",
    "has text that is not utf-8": "har tekst, der ikke er utf-8",
    "is no workbook": "er ikke et regneark",
    "is an old workbook (.xls), or has a password": "er et gammelt regneark (.xls) eller har en adgangskode",
    "is a damaged workbook": "er et beskadiget regneark",
    "has macros": "har makroer",
    "has {} sheets, and no one is agreed": "har {} ark, og intet af dem er aftalt",
    "has no sheet `{}`": "har intet ark «{}»",
    "sheet no. {} is hidden": "ark nr. {} er skjult",
    "a name of a column is a formula": "et kolonnenavn er en formel",
    "has more lines than a sheet can have": "har flere linjer, end et ark kan have",
    "line {} of the sheet is empty and others follow": "linje {} i arket er tom, og der følger flere",
    "is a number of more than fifteen digits, of which Excel has lost some":
        "er et tal på mere end femten cifre, hvoraf Excel har tabt nogle",
    "has more than {} MB": "fylder mere end {} MB",
    "is a span of time": "er et tidsrum",
    # the file as a whole
    "more rows are wrong than the contract allows": "flere rækker er forkerte, end aftalen tillader",
    "rows are unaccounted for": "der er ikke gjort rede for alle rækker",
    "{} is empty in some rows": "{} er tom i nogle rækker",
    "{} has codes that are not allowed": "{} har koder, der ikke er tilladt",
    "the same {} stands in two rows": "samme {} står i to rækker",
    "the same {} stand in two rows": "samme {} står i to rækker",
    "the table has other columns than it should": "tabellen har andre kolonner, end den skal have",
    "no row lies in an area of the contract": "ingen række er fra et af aftalens områder",
}  # fmt: skip
MEND = {
    "send it whole": "send filen igen, hel",
    "send it whole, or pack it again": "send filen igen, hel, eller pak den på ny",
    "send the rows, or allow an empty file in the contract": "send rækkerne, eller skriv til os, hvis der virkelig ingen er",
    "send the file whole, with its header": "send filen igen, hel og med kolonnenavne",
    "send it again, whole, and the manifest last": "send filen igen, hel, og manifestet til sidst",
    "deliver it beside its manifest": "læg filen ved siden af sit manifest",
    "deliver it again, as a file of its own": "send den igen som en selvstændig fil",
    "deliver it to its own folder": "læg den i sin egen mappe",
    "deliver it in parts": "send den i dele",
    "deliver it once, whole": "send den én gang, hel",
    "deliver that one first": "send den fil først",
    "mend that one first": "ret den fil først",
    "let us read it, or deliver it again": "giv os adgang til at læse den, eller send den igen",
    "give it that name, with the day it describes": "giv den det navn, med den dag den beskriver",
    "set the clock of its machine right": "stil uret på den maskine, der skriver den",
    "write {} anew when the file is whole": "skriv {} igen, når filen er hel",
    "see maalbar/manifest.py": "skriv manifestet igen (`maalbar check-delivery … --write-manifest` gør det)",
    "write only what maalbar/manifest.py names": "skriv kun det, et manifest skal rumme",
    "use small letters, digits, - and _, at most 64, and {}": "brug små bogstaver, cifre, - og _, højst 64, og {}",
    "use small letters, digits, - and _, at most 64, and the ending of its format, like .csv":
        "brug små bogstaver, cifre, - og _, højst 64, og formatets endelse, som .csv",
    "describe a day in {}": "send et udtræk, der beskriver en dag i en af perioderne",
    "draw the extract on the day it describes, or later": "dan udtrækket på den dag, det beskriver, eller senere",
    "name the one it takes the place of under `supersedes`": "nævn under `supersedes` i manifestet den fil, den afløser",
    "name the one it takes the place of under `supersedes` in its manifest":
        "nævn under `supersedes` i manifestet den fil, den afløser",
    "name the one that stands now ({}…) under `supersedes`": "nævn den, der gælder nu ({}…), under `supersedes` i manifestet",
    "let one of them name the other under `supersedes`": "lad den ene nævne den anden under `supersedes` i manifestet",
    "let the first of them supersede nothing": "lad den første af dem ikke afløse noget",
    "raise `max_unpacked_mb` if it should": "send den i dele, eller skriv til os, hvis den skal være så stor",
    "send it unpacked": "send den upakket",
    "pack the one file alone": "pak den ene fil alene",
    "pack it once": "pak den kun én gang",
    "pack the plain file, by the usual zip": "pak den almindelige fil i en almindelig zip",
    "send the agreed columns": "send de aftalte kolonner",
    "leave out {}": "udelad {}",
    "send each column once": "send hver kolonne én gang",
    "send the weeks": "send ugerne",
    "name it {}YYWW": "kald den {}ÅÅUU",
    "let each layout of the contract name other columns": "skriv til os: opstillingerne i aftalen skal skelnes",
    "write the names of the columns there": "skriv kolonnernes navne der",
    "write the name itself": "skriv selve navnet",
    "write the value itself in the cell": "skriv selve værdien i cellen",
    "write it again": "skriv den igen",
    "send one table in a file": "send én tabel i en fil",
    "pseudonymise it before it is sent": "pseudonymisér filen, før den sendes",
    "leave them out": "udelad dem",
    "send the agreed area in place of the address": "send det aftalte område i stedet for adressen",
    "send the first of the birth month": "send den første i fødselsmåneden",
    "send the agreed area in their place": "send det aftalte område i stedet",
    "send the agreed pseudonym": "send det aftalte pseudonym",
    "make ids by a keyed hash whose key stays with the sender": "lav id'er med en nøglet hash, hvis nøgle bliver hos jer",
    "send text, numbers and dates": "send tekst, tal og datoer",
    "send the agreed columns, not documents": "send de aftalte kolonner, ikke dokumenter",
    "send text alone": "send kun tekst",
    "send it as text": "send den som tekst",
    "send it as text, or times in whole microseconds": "send den som tekst, eller tider i hele mikrosekunder",
    "send it as text, number, date or time stamp": "send den som tekst, tal, dato eller tidspunkt",
    "send it as date and time": "send den som dato og tid",
    "send date and time together, or text": "send dato og tid sammen, eller tekst",
    "send it as YYMMDD10. or DATETIME20.": "send den som YYMMDD10. eller DATETIME20.",
    "send it in the agreed encoding": "send den i den aftalte tegnkodning",
    "send it in the agreed encoding ({})": "gem den i den aftalte tegnkodning ({}), og send den igen",
    "separate them by {}": "adskil dem med {}",
    "write them as agreed": "skriv dem, som det er aftalt",
    "quote the whole cell and double the marks inside it": "sæt hele cellen i anførselstegn, og fordobl dem, der er i den",
    "send an .xlsx file": "send en .xlsx-fil",
    "save it as .xlsx": "gem den som .xlsx",
    "save it as .xlsx without a password": "gem den som .xlsx uden adgangskode",
    "save it again and send it whole": "gem den igen, og send den hel",
    "save it again from Excel": "gem den igen fra Excel",
    "save it again from Stata": "gem den igen fra Stata",
    "send one sheet, or name it in the contract with `sheet`": "send ét ark",
    "name the sheet as agreed": "kald arket det aftalte",
    "delete it, or show it": "slet det, eller vis det",
    "delete the empty lines": "slet de tomme linjer",
    "send the .sas7bdat whole": "send .sas7bdat-filen hel",
    "send the .dta whole": "send .dta-filen hel",
    "send a corrected file": "send en rettet fil",
    "send a corrected delivery": "send en rettet fil",
    "send the agreed codes, or amend the contract": "send de aftalte koder, eller skriv til os",
    "look for a value that no register has; if there is none, tell those who look after Maalbar":
        "se efter en værdi, som intet register har, og send filen igen",
    "free some and run it again; nothing was lost": "vi skaffer plads",
    "leave the number out, and say it in other words": "udelad nummeret",
    "renew it in the contract": "vi fornyer den i aftalen",
    "have the parties agree on a later day": "parterne skal aftale en senere dag",
}  # fmt: skip
INSIDE = {
    "e-mail addresses": "e-mailadresser",
    "telephone numbers": "telefonnumre",
    "addresses": "adresser",
    "names of persons": "navne på personer",
    "exact birth dates": "præcise fødselsdatoer",
    "coordinates": "koordinater",
    "ids of another length than agreed": "id'er af en anden længde end aftalt",
    "a plain hash of a CPR number, which anyone can turn around": "en åben hash af et CPR-nummer, som enhver kan vende om",
    "the name of the file": "filens navn",
    "the name of the file inside it": "navnet på filen i pakken",
    "the manifest": "manifestet",
    "semicolon": "semikolon",
    "comma": "komma",
    "tab": "tabulator",
    "as numbers of days": "som et antal dage",
    "with `.` as the decimal sign": "med punktum som decimaltegn",
    "with `,` as the decimal sign": "med komma som decimaltegn",
    "with `.` between thousands": "med punktum mellem tusinder",
    "with `,` between thousands": "med komma mellem tusinder",
    "with spaces between thousands": "med mellemrum mellem tusinder",
    "with more than two decimals": "med mere end to decimaler",
    "with letters after them": "med bogstaver efter",
    "without decimals": "uden decimaler",
}
"""What fills a place in a message and has words of its own."""
_PHRASES = (
    (r"\b1 celler\b", "1 celle"),
    (r"\(written in other case: ([^)]*)\)", r"(skrevet med andre store og små bogstaver: \1)"),
    (r"\(is it ([^)]*)\?\)", r"(er det \1?)"),
    (r"the name of column no\. (\d+)", r"navnet på kolonne nr. \1"),
    (r"column no\. (\d+)", r"kolonne nr. \1"),
)
_LISTS = {"leave out ": "udelad ", "write them as the contract does: ": "skriv dem som i aftalen: "}
"""Steps that end in a list, whose parts are no steps."""
_REMOVE = "; and remove it from the landing folder, which we may not"
_RENAMED = "; or, if the names have changed and not the meaning, say "
_ANOTHER_FORM = "; or, if all files will be so, say "
_WRITTEN = re.compile("[dmyhs]{1,4}[-/. T:dmyhs]*|yyyymmdd|ddmmyyyy|ddmonyyyy")
"""How a date is written, as `transforms.forms` tells it: `dd-mm-yyyy hh:mm`."""
_LAYOUTS = re.compile(r" \(of \d+ layouts, no\. \d+ is the nearest\)$")
_MANIFEST_KEY = re.compile(r"(?P<key>[a-z0-9_.]+|the manifest): (?P<fault>[a-z0-9 ]+)")


def what_in_danish(what: str) -> str:
    """A refusal in words that follow the name of the file. What has no words stays as it is."""
    whole = _in_words(what, WHAT)
    if whole is not None:
        return whole
    clauses = [
        _in_words(clause, WHAT) or _of_manifest(clause) or clause for clause in _LAYOUTS.sub("", what).split("; ")
    ]
    return "; ".join(clauses)


def mend_in_danish(mend: str) -> str:
    """A remedy in Danish. What is ours to do (the line of the contract that would take a renamed column) is left out."""
    steps, another, _ = mend.removesuffix(_REMOVE).partition(_ANOTHER_FORM)
    steps, renamed, _ = steps.partition(_RENAMED)
    whole = _in_words(steps, MEND)
    told = whole or ", ".join(_in_words(step, MEND) or _list_in_danish(step) for step in _steps(steps))
    told += "; skriv til os, hvis kolonnerne kun har fået nye navne" if renamed else ""
    return told + ("; skriv til os, hvis alle jeres filer er sådan" if another else "")


def _steps(mend: str) -> list[str]:
    """The steps of a remedy; what is listed after `leave out` and the like belongs to it."""
    steps: list[str] = []
    for part in mend.split(", "):
        if steps and steps[-1].startswith(tuple(_LISTS)) and _in_words(part, MEND) is None:
            steps[-1] += f", {part}"
        else:
            steps.append(part)
    return steps


def _list_in_danish(step: str) -> str:
    """A step that ends in a list; any other as it stands."""
    for english, danish in _LISTS.items():
        if step.startswith(english):
            return danish + step.removeprefix(english)
    return step


def _of_manifest(clause: str) -> str | None:
    """`rows: missing`: what a manifest says of itself."""
    found = _MANIFEST_KEY.fullmatch(clause)
    if not found:
        return None
    said = "mangler" if found["fault"] == "missing" else f"er ikke som aftalt ({found['fault']})"
    return f"«{INSIDE.get(found['key'], found['key'])}» {said}"


def _in_words(text: str, words: dict[str, str]) -> str | None:
    for pattern, danish in _patterns(words is WHAT):
        if found := pattern.fullmatch(text):
            told = danish
            for part in found.groups():
                told = told.replace("{}", _inside(part).replace("{}", ""), 1)
            for phrase, in_danish in _PHRASES:
                told = re.sub(phrase, in_danish, told)
            return told
    return None


def _inside(part: str) -> str:
    """What fills a place, in Danish: a form of dates by the letters that stand for its parts, `and 3 more` as `og 3 flere`."""
    if _WRITTEN.fullmatch(part):
        return part.replace("hh", "tt").upper().replace("Y", "Å")
    return re.sub(r" and (\d+) more\b", r" og \1 flere", INSIDE.get(part, part))


@cache
def _patterns(is_what: bool) -> tuple[tuple[re.Pattern[str], str], ...]:
    """The messages as patterns, those that say most first, so that the freest comes last."""
    words, place = (WHAT, "((?:(?!; ).)+?)") if is_what else (MEND, "((?:(?!, ).)+?)")
    ordered = sorted(words, key=lambda text: -len(text.replace("{}", "")))
    return tuple((re.compile(re.escape(text).replace(r"\{\}", place)), words[text]) for text in ordered)
