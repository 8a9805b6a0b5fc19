"""The plain sentences of the yearly report, for one who has never met an interval: what came out, is owed, is uncertain."""

from __future__ import annotations

from collections.abc import Iterator

from maalbar.documents import effects
from maalbar.documents.content import Part
from maalbar.documents.diagnosis import ESTIMATORS
from maalbar.documents.facts import EffectFact
from maalbar.documents.formats import Formats
from maalbar.documents.language import danish
from maalbar.documents.refusals import reason_in_words
from maalbar.documents.yearly.facts import Shown, YearlyFacts
from maalbar.suppressed import SUPPRESSED, Suppressed

NOT_MEASURED = danish("ikke målt")
REASONS = {
    "no_data": danish("data mangler"),
    "no_delivery": danish("data er ikke kommet"),
    "no_result": danish("data mangler"),
    "low_response": danish("for få har svaret på spørgeskemaet"),
    "response_gap": danish("der er for stor forskel på, hvor mange der har svaret i de to grupper"),
    "few_answers": danish("for få har svaret på spørgeskemaet"),
    "no_answers": danish("ingen har svaret på spørgeskemaet"),
    "no_survey_before": danish("ingen blev spurgt, før indsatsen begyndte"),
    "few_persons": danish("der er for få personer at måle på"),
    "few_events": danish("der er for få tilfælde at måle på"),
    "few_counted": danish("tallet er så lille, at det kunne pege på enkeltpersoner"),
    "few_areas": danish("der er for få områder at måle på"),
    "no_spread": danish("usikkerheden kan ikke regnes ud"),
    "imbalance": danish("de to grupper er for forskellige til at blive sammenlignet"),
    "unbalanced": danish("de to grupper er for forskellige til at blive sammenlignet"),
}
"""Why there is no figure, without a number: a percentage of answers would tell how many gave them."""


def why_not(effect: EffectFact, form: Formats) -> str:
    """The reason as a clause after «fordi»."""
    code = (effect.not_measurable or "no_result").partition(":")[0]
    if code in REASONS:
        return form.say(REASONS[code])
    return reason_in_words(effect.not_measurable or code, form).strip().rstrip(".")


def figure(shown: Shown, form: Formats, digits: int) -> str:
    """A figure, the mark of one that may not leave, or that nothing was measured."""
    if isinstance(shown, Suppressed):
        return shown.sign(form.language)
    return form.say(NOT_MEASURED) if shown is None else form.number(shown, digits)


def is_better(effect: EffectFact) -> bool:
    """Whether the change goes the way that was wanted."""
    change = effect.change or 0
    return change < 0 if effect.better == "lower" else change > 0


def verdict(effect: EffectFact, form: Formats) -> str:
    """What to believe of an effect, in one sentence."""
    if effect.change is None:
        return form.say("Det kan ikke måles, fordi {why}.", why=why_not(effect, form))
    if effect.low is None or effect.high is None:
        return ""
    if effect.uncertain or effect.is_significant is False:
        if effect.change != 0 and not is_better(effect):
            return form.say("Tallet peger den forkerte vej, men forskellen kan være tilfældig.")
        return form.say("Forskellen kan være tilfældig: målingen kan ikke udelukke, at indsatsen ingen virkning har.")
    if not is_better(effect):
        return form.say("Det går den forkerte vej, og forskellen er større, end tilfældet plejer at give.")
    return form.say("Forskellen er større, end tilfældet plejer at give.")


def in_short(facts: YearlyFacts, form: Formats) -> tuple[Part, ...]:
    """The answer in a few sentences: who, what came out of each outcome that is paid for, and what is owed."""
    statement = facts.statement
    parts = [_who(facts, form)]
    lead, *others = statement.effects
    parts += [
        _outcome(effect, form, is_so_far=effect.outcome in facts.so_far)
        for effect in (lead, *[effect for effect in others if effect.paid][:3])
    ]
    return (*parts, _owed(facts, form))


def _who(facts: YearlyFacts, form: Formats) -> Part:
    areas = facts.statement.cohort.comparison_areas
    if isinstance(facts.treated, Suppressed) or isinstance(facts.comparison, Suppressed):
        mark = SUPPRESSED.sign(form.language)
        return Part(form.say("Hvem:"), form.say("Hvor mange der følges, er {mark}.", mark=mark))
    said = {"treated": figure(facts.treated, form, 0), "comparison": figure(facts.comparison, form, 0), "areas": areas}
    if areas:
        text = form.say(
            "{treated} personer følges. De sammenlignes med {comparison} personer i {areas} andre områder, som ikke får "
            "indsatsen.",
            **said,
        )
    else:
        text = form.say("{treated} personer følges, og {comparison} andre til sammenligning.", **said)
    return Part(form.say("Hvem:"), text)


def _outcome(effect: EffectFact, form: Formats, *, is_so_far: bool) -> Part:
    lead = f"{effect.title}:"
    goal = effects.aimed(effect, form)
    aim = "" if goal is None else form.say("Målet er {goal}.", goal=goal)
    if effect.change is None:
        return Part(lead, " ".join(word for word in (verdict(effect, form), aim) if word))
    change = effects.worded(effect, effect.change, form)
    if effect.contrast == "difference":
        change = effects.with_unit(effect, effect.change, form)
    between = effects.interval(effect, form)
    bracket = "" if between is None else form.say(" (sandsynligvis {interval})", interval=between)
    if effect.contrast in ("count", "level"):
        result = f"{change}{bracket}."
    elif effect.change == 0:
        result = form.say("som ventet uden indsatsen{bracket}.", bracket=bracket)
    elif effect.contrast == "difference":
        result = form.say("{change} i forhold til det ventede uden indsatsen{bracket}.", change=change, bracket=bracket)
    else:
        result = form.say("{change} end ventet uden indsatsen{bracket}.", change=change, bracket=bracket)
    if is_so_far:
        result = form.say("for alle perioder til nu {result}", result=result)
    return Part(lead, " ".join(word for word in (result, aim, verdict(effect, form)) if word))


def _owed(facts: YearlyFacts, form: Formats) -> Part:
    total = sum(paid.settled_minor for paid in facts.paid)
    lead = form.say("Betaling:")
    if total == 0:
        return Part(lead, form.say("resultaterne giver efter aftalen ingen betaling til og med denne periode."))
    this = sum(paid.by_period.get(facts.statement.period, 0) for paid in facts.paid)
    said = {"this": form.amount(abs(this)), "total": form.amount(total)}
    if this == 0:
        text = form.say("denne periode giver ingen betaling; for alle perioder til nu er der afregnet {total}", **said)
    elif this < 0:
        text = form.say(
            "for denne periode skal {this} tilbage; for alle perioder til nu er der afregnet {total}", **said
        )
    else:
        text = form.say("denne periode udløser {this}; for alle perioder til nu er der afregnet {total}", **said)
    return Part(lead, text if text.endswith(".") else f"{text}.")


def uncertain(facts: YearlyFacts, form: Formats) -> tuple[str, ...]:
    """What is uncertain and why, most telling first."""
    return tuple(dict.fromkeys(_doubts(facts, form)))


def _doubts(facts: YearlyFacts, form: Formats) -> Iterator[str]:
    statement = facts.statement
    lead = statement.effects[0]
    if lead.change is not None and lead.detectable is not None:
        yield form.say(
            "Tilfældet spiller ind: en virkning på {title} skal være omkring {smallest} for at blive set. "
            "En mindre virkning kan være der, uden at målingen viser den.",
            title=effects.lower_first(lead.title), smallest=effects.size(lead, lead.detectable, form),
        )  # fmt: skip
    if lead.low is not None and (lead.is_approximate or lead.clusters == "area"):
        yield form.say("Der er få områder. Det, der rammer ét af dem, kan ligne en virkning af indsatsen.")
    broken = [
        effects.lower_first(e.title) for e in statement.effects
        if e.paid and any(f.kind == "check" and f.verdict == "broken" for f in e.findings)
    ]  # fmt: skip
    if lead.change is not None:
        yield form.say("Ingen ved, hvordan det var gået uden indsatsen. Det må regnes ud.")
        if lead.estimator in ESTIMATORS:
            compared = form.say(ESTIMATORS[lead.estimator].compares)
            yield form.say(
                "Sådan er det regnet ud for {title}: {compared}.",
                title=effects.lower_first(lead.title),
                compared=compared,
            )
    if broken:
        yield form.say(
            "En antagelse bag sammenligningen holder ikke for {titles}. Hvilken, står i opgørelsen.",
            titles=form.listed(broken),
        )
    if facts.responses:
        yield form.say(
            "Ikke alle svarer på spørgeskemaerne. De, der ikke svarer, kan have det anderledes end dem, der svarer."
        )
    if statement.mortality is not None and statement.mortality.verdict == "broken":
        yield form.say(
            "Flere dør i målgruppen, end tilfældet kan forklare. Et bedre resultat er da ikke nødvendigvis en gevinst."
        )
    if statement.restated:
        yield form.say("Senere data ville ændre noget i de perioder, der er målt. Det er vist i opgørelsen.")
    left = [period for period, _, _ in statement.all_periods if period not in statement.course]
    if left:
        yield form.say_of(
            len(left),
            "{left} af {all} perioder er ikke målt endnu. Resultatet kan ændre sig.",
            "{left} af {all} perioder er ikke målt endnu. Resultatet kan ændre sig.",
            left=len(left), all=len(statement.all_periods),
        )  # fmt: skip


def hides_any(facts: YearlyFacts) -> bool:
    """Whether the mark of what may not leave stands anywhere."""
    arms = [*facts.mortality, *(facts.rates.arms if facts.rates else ())]
    arms += [arm for course in facts.responses for arm in course.arms]
    told: list[object] = [facts.treated, facts.comparison, *facts.worth_minor.values()]
    return any(value is SUPPRESSED for value in [*told, *(v for arm in arms for v in (arm.treated, arm.comparison))])
