"""Who was followed: from the residents of the areas to those who entered, what became of them, and how many died."""

from __future__ import annotations

import re
from decimal import Decimal

from maalbar.documents.content import Block, Note, Table
from maalbar.documents.diagnosis import CHECKS, COURSE, STEPS
from maalbar.documents.effects import HIDDEN, INTERVAL
from maalbar.documents.facts import StatementFacts
from maalbar.documents.findings import Arm, EntryFact, FollowedFact, MortalityFact, RatedFact
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish
from maalbar.documents.phrases import ABSENT

ARMS: dict[Arm, str] = {"treated": danish("Indsats"), "comparison": danish("Sammenligning")}


def followed_blocks(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """The tables of the cohort; those that the measurement did not count are left out."""
    blocks: list[Block] = []
    if facts.entries:
        blocks.append(_entries(facts.entries, form))
        if facts.known_before is not None:
            blocks.append(
                Note(form.say("«Kendt i forvejen»: {rule}. Det vælger ingen til eller fra.", rule=facts.known_before))
            )
    if facts.followed:
        blocks += [_course(facts, form), Note(_course_in_words(facts.followed, form))]
    if facts.mortality is not None:
        blocks += _mortality(facts.mortality, form)
    return tuple(blocks)


def windows_in_words(facts: StatementFacts, form: Formats) -> dict[str, str]:
    """Window → its name in tables: `2: jul. 2027–jun. 2028`, and `før: …` for those of the baseline."""
    named = {period: f"{period}: {form.short_span(start, end)}" for period, start, end in facts.all_periods}
    before = {window: form.short_span(start, end) for window, start, end in facts.baseline_windows}
    return named | {window: form.say("før: {window}", window=months) for window, months in before.items()}


def wave_in_words(wave: str, form: Formats) -> str:
    """`bølge 2` of `w2`; an id that is no letter with a number stands as it is."""
    numbered = re.fullmatch(r"[a-z]([0-9]+)", wave)
    return form.say("bølge {wave}", wave=numbered[1] if numbered else wave)


def count(number: int | None, form: Formats) -> str:
    return form.say(HIDDEN) if number is None else form.number(number)


def _entries(entries: tuple[EntryFact, ...], form: Formats) -> Table:
    """Steps down, the waves of each arm across."""
    arms = [arm for arm in ARMS if any(entry.arm == arm for entry in entries)]
    columns = [entry for arm in arms for entry in entries if entry.arm == arm]
    steps = list(dict.fromkeys(step for entry in columns for step in entry.steps))
    told = [step for step in steps if any(entry.steps.get(step) != 0 for entry in columns)]
    rows = tuple(
        (
            form.say(STEPS[step]) if step in STEPS else step,
            *(count(e.steps[step], form) if step in e.steps else ABSENT for e in columns),
        )
        for step in told
    )
    groups = (("", 1), *((form.say(ARMS[arm]), sum(entry.arm == arm for entry in columns)) for arm in arms))
    headers = (form.say("Personer"), *(wave_in_words(entry.wave, form) for entry in columns))
    numeric = (False, *(True for _ in columns))
    caption = form.say("Fra beboer til deltager: hvem der kom ind, og hvad der holdt andre ude")
    return Table(caption, headers, rows, numeric, groups=groups)


def _course(facts: StatementFacts, form: Formats) -> Table:
    named = windows_in_words(facts, form)
    names = [name for name in COURSE if any(name in fact.counts for fact in facts.followed)]
    rows = tuple(
        (
            named.get(fact.period, fact.period),
            form.say(ARMS[fact.arm]),
            *(count(fact.counts[name], form) if name in fact.counts else ABSENT for name in names),
        )
        for fact in facts.followed
    )
    headers = (form.say("Periode"), form.say("Gruppe"), *(form.say(COURSE[name]) for name in names))
    return Table(form.say("Hvad der blev af dem i hver periode"), headers, rows, (False, False, *(True for _ in names)))


def _course_in_words(followed: tuple[FollowedFact, ...], form: Formats) -> str:
    has = {name for fact in followed for name in fact.counts}
    said = [form.say("Den, der er kommet ind, følges til død eller udvandring.")]
    if "emigrated" in has:
        said.append(
            form.say(
                "Den, der vender tilbage fra udlandet, følges igen; derfor kan der følges flere end dem, der var med til slut i "
                "perioden før, og dem, der er kommet ind, tilsammen. Er det få, er tallet skjult."
            )
        )
    if "movers" in has:
        said.append(form.say("Den, der flytter, følges fortsat."))
    if "crossovers" in has:
        said.append(
            form.say("«Skiftet» er flyttet til et område i den anden gruppe, og tæller fortsat med i sin første.")
        )
    if "censored" in has:
        said.append(form.say("«Stoppet» er ude af opfølgningen af en anden grund end død og udvandring."))
    return " ".join(said)


def _mortality(found: MortalityFact, form: Formats) -> list[Block]:
    rows = [
        (
            form.say(ARMS[arm]),
            count(found.deaths[arm], form),
            form.number(found.years[arm], 0),
            number(found.rates[arm].value, 1, form),
            between(found.rates[arm], 1, form),
        )
        for arm in ARMS
        if arm in found.deaths
    ]
    if found.ratio.value is not None or found.ratio.low is not None:
        rows.append((form.say("Forhold"), ABSENT, ABSENT, *_ratio(found.ratio, form)))
    headers = (
        form.say("Gruppe"), form.say("Døde"), form.say("Personår"), form.say("Pr. 100 personår"), form.say(INTERVAL),
    )  # fmt: skip
    table = Table(form.say("Dødelighed siden start"), headers, tuple(rows), (False, True, True, True, True))
    check = CHECKS["mortality"]
    answer = check.answers.get(found.verdict)
    return [table, Note(f"{form.say(check.question)} {form.say(answer)}")] if answer else [table]


def _ratio(found: RatedFact, form: Formats) -> tuple[str, str]:
    """The ratio and its interval; over no deaths there is no ratio, and only its lower limit is a number."""
    if found.value is None and found.low is not None:
        return ABSENT, form.say("over {low}", low=form.number(found.low, 2))
    return number(found.value, 2, form), between(found, 2, form)


def mortality_in_words(found: MortalityFact, form: Formats) -> str:
    """One sentence with both rates and their ratio, to stand beside the rates."""
    sides = [_with_interval(found.rates[arm], 1, form) for arm in ARMS if arm in found.rates]
    both = (
        sides[0] if len(sides) == 1 else form.say("{treated} mod {comparison}", treated=sides[0], comparison=sides[1])
    )
    if found.ratio.value is None:
        return form.say("Dødelighed i samme tid: {rates} pr. 100 personår.", rates=both)
    ratio = _with_interval(found.ratio, 2, form)
    return form.say("Dødelighed i samme tid: {rates} pr. 100 personår; forhold {ratio}.", rates=both, ratio=ratio)


def number(value: Decimal | int | None, digits: int, form: Formats) -> str:
    return form.say(HIDDEN) if value is None else form.number(value, digits)


def between(rated: RatedFact, digits: int, form: Formats) -> str:
    """`3,6 til 4,6`; hidden with its value, and marked where no interval is known."""
    if rated.value is None:
        return form.say(HIDDEN)
    if rated.low is None or rated.high is None:
        return ABSENT
    return form.say("{low} til {high}", low=form.number(rated.low, digits), high=form.number(rated.high, digits))


def _with_interval(rated: RatedFact, digits: int, form: Formats) -> str:
    limits = between(rated, digits, form)
    value = number(rated.value, digits, form)
    return value if limits in (form.say(HIDDEN), ABSENT) else f"{value} ({limits})"
