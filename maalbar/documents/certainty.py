"""How each effect was found and what speaks for and against it: estimator, assumption, checks, power, answers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from maalbar.documents import effects
from maalbar.documents.content import Block, Items, Note, Table
from maalbar.documents.diagnosis import CENSORED, CHECKS, CLUSTERS, ESTIMATORS, UNSEEN, VARIANTS, VERDICTS, Check
from maalbar.documents.effects import HIDDEN
from maalbar.documents.facts import EffectFact, ResponseFact, StatementFacts
from maalbar.documents.figure_words import way_in_words
from maalbar.documents.findings import Figure, Finding
from maalbar.documents.followed import ARMS, windows_in_words
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish
from maalbar.documents.phrases import ABSENT, exact, figures_in_words, rated, sentence
from maalbar.documents.ways import is_a_way, variant_in_words, ways_blocks

BEFORE = "_before"
ONLY_SHOWN = danish(
    "Af resultater, der kun vises, står her alene de antagelser, der ikke holder, og hvad der ellers taler imod; "
    "alt, hvad der er undersøgt, er gemt med målingen."
)


def certainty_blocks(facts: StatementFacts, form: Formats) -> tuple[Block, ...]:
    """The blocks of every outcome, in the contract's order."""
    measured = [effect for effect in facts.effects if effect.estimator]
    clusters = list(dict.fromkeys(effect.clusters for effect in measured if effect.low is not None))
    shared = [clusters_in_words(name, form) for name in clusters] if len(clusters) == 1 else []
    explained = (*_estimators(measured, form), *shared)
    blocks: list[Block] = [Items(explained)] if explained else []
    is_one_way = len({effect.estimator for effect in measured}) == 1
    windows = {window: form.short_span(start, end) for window, start, end in facts.baseline_windows}
    for effect in measured:
        told = tuple(_told(effect, form, says_way=not is_one_way, says_clusters=not shared))
        checks = _checks(effect, windows, form)
        if not effect.paid and is_one_way and shared and not checks and not _is_remarkable(effect, form):
            continue
        blocks += [*([Items(told, title=effect.title)] if told else []), *checks, *_responses(effect, facts, form)]
        if effect.paid:
            blocks += ways_blocks(effect, form)
    if any(effect.findings for effect in measured if not effect.paid):
        blocks.append(Note(form.say(ONLY_SHOWN)))
    return tuple(blocks)


def clusters_in_words(name: str, form: Formats) -> str:
    """What the uncertainty takes as independent, in a sentence."""
    return form.say(CLUSTERS[name]) if name in CLUSTERS else name


def _estimators(measured: list[EffectFact], form: Formats) -> Iterator[str]:
    """Each estimator once: what it compares and what that assumes."""
    for estimator in dict.fromkeys(effect.estimator for effect in measured):
        if estimator in ESTIMATORS:
            way = ESTIMATORS[estimator]
            name, compares, assumes = (form.say(text) for text in (way.name, way.compares, way.assumes))
            yield form.say(
                "{name}: {compares}. Det bygger på, at {assumes}.", name=name, compares=compares, assumes=assumes
            )


def _is_remarkable(effect: EffectFact, form: Formats) -> bool:
    """Whether more can be said of an outcome that is only shown than what stands in the table of all effects."""
    return bool(effect.censor or effect.change is None or effects.otherwise(effect, form))


def _told(effect: EffectFact, form: Formats, *, says_way: bool, says_clusters: bool) -> Iterator[str]:
    """How it is found and what is independent (where outcomes differ), where the follow-up ends, and what could be shown."""
    if says_way:
        yield form.say("Målt ved {way}.", way=way_in_words(effect.estimator, form))
    if says_clusters and effect.low is not None:
        yield clusters_in_words(effect.clusters, form)
    for reason in effect.censor:
        ended = form.say(CENSORED[reason]) if reason in CENSORED else reason
        yield form.say("Opfølgningen slutter i begge grupper, når {ended}.", ended=ended)
    yield from _planned(effect, form)
    if told := effects.otherwise(effect, form):
        yield told
    if effect.change is None:
        yield form.say("{title} er {reason}.", title=effect.title, reason=effects.reason(effect, form))
    if effect.is_replaced:
        yield form.say(effects.PAID_ON_FALLBACK)


def _planned(effect: EffectFact, form: Formats) -> Iterator[str]:
    """What could be shown as it was reckoned before the start, and as it turned out."""
    planning = effect.finding("planning")
    if planning is None:
        if effect.detectable is not None:
            smallest = effects.size(effect, effect.detectable, form)
            told = [form.say("Mindste effekt, der kan påvises: {smallest}.", smallest=smallest)]
            if effect.power is not None:
                told.append(form.say("Chance for at påvise målet: {power}.", power=form.percent(effect.power)))
            yield " ".join(told)
        return
    parts: tuple[dict[str, Figure], dict[str, Figure]] = ({}, {})
    for name, value in planning.figures.items():
        parts[name.endswith(BEFORE)][name] = value
    found, before = (figures_in_words(effect, Finding(planning.name, planning.verdict, part), form) for part in parts)
    if before:
        yield form.say("Beregnet før start: {told}.", told="; ".join(before))
    if found:
        yield f"{sentence(found)}."


def _checks(effect: EffectFact, windows: Mapping[str, str], form: Formats) -> list[Block]:
    """What was looked into, what was found, and the verdict; variants that have no effect of their own are among them.

    Of an outcome that nobody pays for only what speaks against it: a reader of a payment looks for what moves the payment.
    """
    judged = sorted((f for f in effect.findings if f.kind == "check"), key=lambda f: _place(f.about, CHECKS))
    others = [f for f in effect.findings if f.kind == "variant" and not is_a_way(f)]
    if not effect.paid:
        judged, others = [f for f in judged if f.verdict == "broken"], []
    rows = []
    for finding in (*judged, *sorted(others, key=lambda f: _place(f.about, VARIANTS))):
        check = CHECKS.get(finding.about)
        answer, verdict = _answer(effect, finding, check or Check(""), form)
        found = (answer, sentence(figures_in_words(effect, finding, form, windows)))
        told = " ".join(f"{part.removesuffix('.')}." for part in found if part)
        question = form.say(check.question) if check else variant_in_words(finding.about, form)
        rows.append((question, told or ABSENT, verdict))
    if not rows:
        return []
    headers = (form.say("Spørgsmål"), form.say("Fund"), form.say("Antagelsen"))
    caption = form.say("{title}: hvad der er undersøgt", title=effect.title)
    return [Table(caption, headers, tuple(rows), (False,) * 3)]


def _answer(effect: EffectFact, finding: Finding, check: Check, form: Formats) -> tuple[str, str]:
    """The answer and the verdict; nothing is confirmed by a check that would not have seen the target."""
    if finding.verdict == "held" and check.unseen and _would_not_see_target(effect, finding):
        least = exact(finding.figures.get("detectable"))
        seen = "" if least is None else effects.size(effect, least, form)
        target = effects.promised(effect, form)
        return form.say(check.unseen, seen=seen, target=target), form.say(UNSEEN)
    verdict = form.say(VERDICTS[finding.verdict]) if finding.verdict in VERDICTS else finding.verdict
    return form.say(check.answers.get(finding.verdict, "")), verdict


def _would_not_see_target(effect: EffectFact, finding: Finding) -> bool:
    """Whether the least that could be seen is more than the target, or the interval holds an effect as large as it."""
    if effect.target is None:
        return False
    target, least, found = abs(effect.target), exact(finding.figures.get("detectable")), rated(finding)
    if least is not None:
        return abs(least) > target
    return found.low is not None and found.high is not None and (found.low <= -target or found.high >= target)


def _place(name: str, known: Mapping[str, object]) -> int:
    """In the order of the words, and what has none last."""
    return list(known).index(name) if name in known else len(known)


def _responses(effect: EffectFact, facts: StatementFacts, form: Formats) -> list[Block]:
    """Who answered a survey: windows down, the arms across."""
    mine = {(row.window, row.arm): row for row in facts.responses if row.outcome == effect.outcome}
    if not mine:
        return []
    named = windows_in_words(facts, form)
    followed = {period for period, _, _ in facts.all_periods}
    rows = tuple(
        (
            named.get(window) or form.say("før: {window}", window=window),
            *(cell for arm in ARMS for cell in _response(mine.get((window, arm)), window in followed, form)),
        )
        for window in dict.fromkeys(window for window, _ in mine)
    )
    of_arm = (form.say("Svar"), form.say("Kunne have svaret"), form.say("Svarprocent"))
    headers = (form.say("Vindue"), *of_arm * len(ARMS))
    groups = (("", 1), *((form.say(name), 3) for name in ARMS.values()))
    numeric = (False, *(True for _ in headers[1:]))
    caption = form.say("{title}: hvem der har svaret", title=effect.title)
    return [Table(caption, headers, rows, numeric, groups=groups)]


def _response(row: ResponseFact | None, is_followed: bool, form: Formats) -> tuple[str, str, str]:
    """Before entry nobody was followed, so it is not known who could have answered; after it what is missing is withheld."""
    if row is None:
        return ABSENT, ABSENT, ABSENT
    missing = form.say(HIDDEN) if is_followed else ABSENT
    answers = form.say(HIDDEN) if row.answers is None else form.number(row.answers)
    asked = missing if row.asked is None else form.number(row.asked)
    return answers, asked, missing if row.percent is None else form.number(row.percent)
