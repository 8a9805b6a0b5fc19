"""Who was followed: from the residents of the areas to those who entered, what became of them, and how many died."""

from __future__ import annotations

from decimal import Decimal

from maalbar.documents.content import Block, Note, Table
from maalbar.documents.diagnosis import CHECKS, COURSE, STEPS
from maalbar.documents.effects import HIDDEN, INTERVAL
from maalbar.documents.facts import StatementFacts
from maalbar.documents.findings import Arm, EntryFact, FollowedFact, MortalityFact, RatedFact
from maalbar.documents.formats import Formats
from maalbar.documents.phrases import ABSENT

ARMS: dict[Arm, str] = {"treated": "Indsats", "comparison": "Sammenligning"}


def followed_blocks(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """The tables of the cohort; those that the measurement did not count are left out."""
    blocks: list[Block] = []
    if facts.entries:
        blocks.append(_entries(facts.entries, form))
        if facts.known_before is not None:
            blocks.append(Note(f"«Kendt i forvejen»: {facts.known_before}. Det vælger ingen til eller fra."))
    if facts.followed:
        blocks += [_course(facts, form), Note(_course_in_words(facts.followed))]
    if facts.mortality is not None:
        blocks += _mortality(facts.mortality, form)
    return tuple(blocks)


def windows_in_words(facts: StatementFacts, form: Formats) -> dict[str, str]:
    """Window → its name in tables: `2: jul. 2027–jun. 2028`, and `før: …` for those of the baseline."""
    named = {period: f"{period}: {form.short_span(start, end)}" for period, start, end in facts.all_periods}
    return named | {window: f"før: {form.short_span(start, end)}" for window, start, end in facts.baseline_windows}


def count(number: int | None, form: Formats) -> str:
    return HIDDEN if number is None else form.number(number)


def _entries(entries: tuple[EntryFact, ...], form: Formats) -> Table:
    """Steps down, the waves of each arm across."""
    arms = [arm for arm in ARMS if any(entry.arm == arm for entry in entries)]
    columns = [entry for arm in arms for entry in entries if entry.arm == arm]
    steps = list(dict.fromkeys(step for entry in columns for step in entry.steps))
    told = [step for step in steps if any(entry.steps.get(step) != 0 for entry in columns)]
    rows = tuple(
        (STEPS.get(step, step), *(count(e.steps[step], form) if step in e.steps else ABSENT for e in columns))
        for step in told
    )
    groups = (("", 1), *((ARMS[arm], sum(entry.arm == arm for entry in columns)) for arm in arms))
    headers = ("Personer", *(f"bølge {entry.wave}" for entry in columns))
    numeric = (False, *(True for _ in columns))
    return Table(
        "Fra beboer til deltager: hvem der kom ind, og hvad der holdt andre ude", headers, rows, numeric, groups=groups
    )


def _course(facts: StatementFacts, form: Formats) -> Table:
    named = windows_in_words(facts, form)
    names = [name for name in COURSE if any(name in fact.counts for fact in facts.followed)]
    rows = tuple(
        (
            named.get(fact.period, fact.period),
            ARMS[fact.arm],
            *(count(fact.counts[name], form) if name in fact.counts else ABSENT for name in names),
        )
        for fact in facts.followed
    )
    headers = ("Periode", "Gruppe", *(COURSE[name] for name in names))
    return Table("Hvad der blev af dem i hver periode", headers, rows, (False, False, *(True for _ in names)))


def _course_in_words(followed: tuple[FollowedFact, ...]) -> str:
    has = {name for fact in followed for name in fact.counts}
    said = ["Den, der er kommet ind, følges til død eller udvandring."]
    if "movers" in has:
        said.append("Den, der flytter, følges fortsat.")
    if "crossovers" in has:
        said.append("«Skiftet» er flyttet til et område i den anden gruppe, og tæller fortsat med i sin første.")
    if "censored" in has:
        said.append("«Stoppet» er ude af opfølgningen af en anden grund end død og udvandring.")
    return " ".join(said)


def _mortality(found: MortalityFact, form: Formats) -> list[Block]:
    rows = [
        (
            ARMS[arm],
            count(found.deaths[arm], form),
            form.number(found.years[arm], 0),
            number(found.rates[arm].value, 1, form),
            between(found.rates[arm], 1, form),
        )
        for arm in ARMS
        if arm in found.deaths
    ]
    if found.ratio.value is not None or found.ratio.low is not None:
        rows.append(("Forhold", ABSENT, ABSENT, *_ratio(found.ratio, form)))
    headers = ("Gruppe", "Døde", "Personår", "Pr. 100 personår", INTERVAL)
    table = Table("Dødelighed siden start", headers, tuple(rows), (False, True, True, True, True))
    check = CHECKS["mortality"]
    answer = check.answers.get(found.verdict)
    return [table, Note(f"{check.question} {answer}")] if answer else [table]


def _ratio(found: RatedFact, form: Formats) -> tuple[str, str]:
    """The ratio and its interval; over no deaths there is no ratio, and only its lower limit is a number."""
    if found.value is None and found.low is not None:
        return ABSENT, f"over {form.number(found.low, 2)}"
    return number(found.value, 2, form), between(found, 2, form)


def mortality_in_words(found: MortalityFact, form: Formats) -> str:
    """One sentence with both rates and their ratio, to stand beside the rates."""
    sides = [_with_interval(found.rates[arm], 1, form) for arm in ARMS if arm in found.rates]
    said = f"Dødelighed i samme tid: {' mod '.join(sides)} pr. 100 personår"
    return f"{said}; forhold {_with_interval(found.ratio, 2, form)}." if found.ratio.value is not None else f"{said}."


def number(value: Decimal | int | None, digits: int, form: Formats) -> str:
    return HIDDEN if value is None else form.number(value, digits)


def between(rated: RatedFact, digits: int, form: Formats) -> str:
    """`3,6 til 4,6`; hidden with its value, and marked where no interval is known."""
    if rated.value is None:
        return HIDDEN
    if rated.low is None or rated.high is None:
        return ABSENT
    return f"{form.number(rated.low, digits)} til {form.number(rated.high, digits)}"


def _with_interval(rated: RatedFact, digits: int, form: Formats) -> str:
    limits = between(rated, digits, form)
    value = number(rated.value, digits, form)
    return value if limits in (HIDDEN, ABSENT) else f"{value} ({limits})"
