"""The codebook of an extract: every table and variable, what outcomes mean, the mark, the rules, and the passport."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from maalbar.documents.extract.facts import ExtractFacts
from maalbar.documents.extract.tables import ALL, ExtractTable
from maalbar.documents.formats import Formats, plain
from maalbar.documents.language import LOCALES, Language, danish
from maalbar.suppressed import SUPPRESSED

TABLES = {
    "followed": danish("Personer, der indgår, efter hvad der var kendt om dem på indgangsdagen"),
    "attrition": danish("Fra områdernes beboere til dem, der indgår, for hver bølge"),
    "windows": danish("Personer, der følges i hvert vindue, og døde"),
    "rates": danish("Det talte i hvert vindue, og raten pr. levet personår"),
    "surveys": danish("Svar, svarprocent og gennemsnit i hvert vindue"),
    "effects": danish("Estimerede effekter med intervaller, som parterne har godkendt dem"),
}
VARIABLES = {
    "arm": danish("`treated`: dem, indsatsen er for. `comparison`: dem, de sammenlignes med"),
    "age": danish("aldersgruppe i hele år på indgangsdagen"),
    "sex": danish("køn på indgangsdagen, som kilden koder det"),
    "benefit": danish("om personen fik ydelsen på indgangsdagen"),
    "wave": danish("bølge: en af kontraktens indgangsdage"),
    "step": danish(
        "trin: hver beboer er i ét af dem mellem `residents` og `entered`; `known_before` er blandt de sidste"
    ),
    "window": danish("vindue, se nedenfor"),
    "outcome": danish("resultatmål, se nedenfor"),
    "followed": danish("personer, der er indgået til og med den sidste periode"),
    "attrition": danish("personer i trinnet"),
    "persons": danish("personer, der levede og fulgtes i vinduet"),
    "deaths": danish("døde i vinduet"),
    "quantity": danish("det talte, i resultatmålets enhed"),
    "person_years": danish("levede personår (365,25 dage), afrundet til nærmeste 5"),
    "rate": danish("det talte pr. 365,25 levede persondage, regnet af de ikke afrundede dage"),
    "answers": danish("personer med et gyldigt svar"),
    "response": danish("svar i procent af dem, der kunne svare; før indgang er de ikke talt"),
    "mean": danish("gennemsnit af svarenes score"),
    "basis": danish("`period`: den sidste periode alene. `cumulative`: alle perioder til og med den"),
    "contrast": danish("`ratio`: andel af det forventede. `difference`: forskel i enheder. `level`: niveau"),
    "estimator": danish("hvordan effekten er estimeret"),
    "change": danish("effekten, med fortegn som målt"),
    "standard_error": danish("dens standardfejl"),
    "low": danish("nedre grænse i 95~%-intervallet"),
    "high": danish("øvre grænse i 95~%-intervallet"),
    "p_value": danish("p-værdi for ingen effekt"),
    "units": danish("opnåede enheder, hvor de tælles"),
    "not_measurable": danish("hvorfor effekten ikke kan måles, som kode"),
}


def codebook(facts: ExtractFacts, tables: Sequence[ExtractTable], language: Language) -> str:
    """The codebook as Markdown. Names that others have given are text in it, whatever they hold."""
    form = Formats(LOCALES[language], "DKK")
    lines = [
        f"# {form.say('Kodebog til forskningsudtræk')}: {_text(facts.name)}",
        "",
        *([f"**{form.say('ØVELSE med simulerede tal.')}**", ""] if facts.is_rehearsal else []),
        form.say(
            "Til: {recipient}. Til og med periode {period}.",
            recipient=_text(facts.recipient),
            period=_text(facts.through),
        ),
        "",
        *_profile(facts, form),
        *(line for table in tables for line in _variables(table, facts, form)),
        *_outcomes(facts, form),
        *_windows(facts, form),
        f"## {form.say('Hvad tallene er gjort af')}",
        "",
        *_rows(
            (form.say("hvad"), form.say("værdi")),
            ((_text(name), f"`{_text(value)}`") for name, value in facts.passport),
        ),
    ]
    return plain("\n".join(lines))


def _profile(facts: ExtractFacts, form: Formats) -> Iterator[str]:
    profile, language = facts.profile, form.language
    yield f"## {form.say('Hvad der ikke vises')}"
    yield ""
    yield form.say(
        "Reglerne er dem i {title} (`{profile}`): {counts}",
        title=profile.title[language],
        profile=profile.ref,
        counts=profile.counts[language],
    )
    yield ""
    yield SUPPRESSED.legend(language)
    yield form.say(
        "I CSV står `{sign}` i cellen. I Parquet er tallet tomt, og `…_is` siger `shown`, `withheld` eller `not measured`.",
        sign=SUPPRESSED.sign("da"),
    )
    yield form.say("En tom celle er ikke målt. `{all}` er alle i en inddeling under ét.", all=ALL)
    yield form.say("Udtrækket er holdt op mod alle tidligere udgivelser, som dets læsere kender.")
    yield form.say("CSV er UTF-8 med semikolon og decimalkomma.")
    yield ""


def _variables(table: ExtractTable, facts: ExtractFacts, form: Formats) -> Iterator[str]:
    yield f"## `{table.name}.csv`, `{table.name}.parquet`"
    yield ""
    yield form.say(TABLES[table.name]) + "."
    if set(facts.dimensions) & set(table.places):
        at_once = form.say("Inddelingerne er krydset med hinanden.")
        yield at_once if facts.is_crossed else form.say("Inddelingerne vises én ad gangen.")
    yield ""
    heads = (form.say("variabel"), form.say("betydning"))
    yield from _rows(heads, ((f"`{name}`", form.say(VARIABLES[name])) for name in table.columns))


def _outcomes(facts: ExtractFacts, form: Formats) -> Iterator[str]:
    heads = ("`outcome`", form.say("navn"), form.say("tæller"), form.say("enhed"), form.say("definition"), "SHA-256")
    yield f"## {form.say('Resultatmål')}"
    yield ""
    yield from _rows(
        heads,
        (
            (f"`{one.id}`", *(_text(words[form.language]) for words in (one.title, one.counts, one.unit)),
             f"`{one.definition}`", f"`{one.sha256[:16]}`")
            for one in facts.outcomes
        ),
    )  # fmt: skip


def _windows(facts: ExtractFacts, form: Formats) -> Iterator[str]:
    yield f"## {form.say('Vinduer')}"
    yield ""
    heads = ("`window`", form.say("fra"), form.say("til (ikke med)"), form.say("del"))
    parts = {True: form.say("før indsatsen"), False: form.say("opfølgning")}
    yield from _rows(
        heads,
        ((f"`{_text(w.id)}`", w.start.isoformat(), w.end.isoformat(), parts[w.is_baseline]) for w in facts.windows),
    )


def _rows(heads: Sequence[str], rows: Iterator[Sequence[str]] | Sequence[Sequence[str]]) -> Iterator[str]:
    yield f"| {' | '.join(heads)} |"
    yield "|" + "---|" * len(heads)
    for row in rows:
        yield f"| {' | '.join(row)} |"
    yield ""


def _text(said: object) -> str:
    """Words from a contract as text of a Markdown cell: no tag, no link, no cell of its own."""
    text = html.escape(" ".join(str(said).split()), quote=False)
    for sign in "|`[]*":
        text = text.replace(sign, f"&#{ord(sign)};")
    return text
