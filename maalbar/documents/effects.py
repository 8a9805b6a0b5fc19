"""How an effect is said in Danish: `7 % færre`, `+0,2 (−0,3 til +0,7)`, and why there is none."""

from __future__ import annotations

from decimal import Decimal

from maalbar.documents.facts import EffectFact
from maalbar.documents.formats import HYPHEN, NBSP, Formats, rounded

HIDDEN = "skjult"
"""Stands for a number that may not be shown. It is never 0 and never blank."""
SURE = Decimal("0.05")
"""A p-value that is not below this shows nothing; nor do areas that cannot give a smaller one."""
INTERVAL = f"95{NBSP}%{HYPHEN}interval"


def lower_first(title: str) -> str:
    """The title inside a sentence; `DREAM-uger` keeps its capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def reason(effect: EffectFact) -> str:
    """`ikke målbar, fordi …` without a full stop."""
    return f"ikke målbar, fordi {(effect.not_measurable or 'målingen mangler').strip().rstrip('.')}"


def is_countable(effect: EffectFact) -> bool:
    """Whether the title counts what the unit counts (hospitalskontakter, kontakter): then there are fewer of it."""
    counted = effect.unit.split(" ")[0].lower()
    return counted != "" and counted in effect.title.lower()


def digits(effect: EffectFact) -> int:
    """Decimals that say no more than the measurement and mislead no one.

    Percents are whole unless that would make a limit or a missed target look like exactly zero or exactly reached.
    Differences have one decimal, and two where all of it is smaller than a half.
    """
    values = [v for v in (effect.change, effect.low, effect.high) if v is not None]
    if effect.contrast == "count":
        return 0
    if effect.contrast == "difference":
        seen = [abs(v) for v in (*values, effect.target) if v is not None]
        return 1 if max(seen, default=Decimal(1)) >= Decimal("0.5") else 2
    vanishing = any(v != 0 and rounded(v * 100, 0) == 0 for v in values)
    reached = effect.target is not None and effect.change is not None and effect.change != effect.target
    return 1 if vanishing or (reached and _whole(effect.change) == _whole(effect.target)) else 0


def _whole(ratio: Decimal | None) -> Decimal:
    return rounded((ratio or Decimal(0)) * 100, 0)


def size(effect: EffectFact, value: Decimal, form: Formats, *, unit: bool = True) -> str:
    """A target or a detectable effect without its sign: `10 %`, `0,5 point`, `20`."""
    if effect.contrast == "ratio":
        whole = rounded(value * 100, 0) == rounded(value * 100, 1)
        return form.percent(abs(value), 0 if whole else 1)
    text = form.number(abs(value), digits(effect))
    return f"{text}{NBSP}{effect.unit}" if unit and effect.contrast == "difference" else text


def signed(effect: EffectFact, value: Decimal, form: Formats) -> str:
    """For tables and charts: `−7 %`, `+0,2`, and a count without a sign."""
    if effect.contrast == "ratio":
        return form.percent(value, digits(effect), signed=True)
    return form.number(value, digits(effect), signed=effect.contrast == "difference")


def worded(effect: EffectFact, value: Decimal, form: Formats) -> str:
    """`7 % færre` where a ratio can be counted, `7 % lavere` where it cannot, else `+0,2`."""
    if effect.contrast != "ratio":
        return signed(effect, value, form)
    text = form.percent(abs(value), digits(effect))
    if value == 0:
        return text
    less, more = ("færre", "flere") if is_countable(effect) else ("lavere", "højere")
    return f"{text} {less if value < 0 else more}"


def interval(effect: EffectFact, form: Formats) -> str | None:
    """`20 % færre til 8 % flere`, `−0,3 til +0,7`; None for a count."""
    if effect.low is None or effect.high is None:
        return None
    return f"{worded(effect, effect.low, form)} til {worded(effect, effect.high, form)}"


def result(effect: EffectFact, form: Formats) -> str:
    """The sentence of the leading outcome, without its target."""
    title, change = effect.title, effect.change
    if change is None:
        return f"{title}: {reason(effect)}."
    between = interval(effect, form)
    bracket = f" ({INTERVAL}: {between})" if between else ""
    if effect.contrast == "count":
        return f"{title}: {worded(effect, change, form)}{bracket}."
    if effect.contrast == "difference":
        size_ = f"{signed(effect, change, form)}{NBSP}{effect.unit}"
        return f"{title} {size_} i forhold til ventet uden indsatsen{bracket}."
    if change == 0:
        return f"{title} som ventet uden indsatsen{bracket}."
    if is_countable(effect):
        return f"{worded(effect, change, form)} {lower_first(title)} end ventet uden indsatsen{bracket}."
    return f"{title} {worded(effect, change, form)} end ventet uden indsatsen{bracket}."


def brief(effect: EffectFact, form: Formats) -> str:
    """What follows the title of a further outcome: `+0,2 (−0,3 til +0,7), svarprocent 46.`"""
    if effect.change is None:
        return f"{reason(effect)}."
    between = interval(effect, form)
    answered = "" if effect.response_percent is None else f", svarprocent {effect.response_percent}"
    return f"{worded(effect, effect.change, form)}{f' ({between})' if between else ''}{answered}."


def certainty(effect: EffectFact, form: Formats) -> str:
    """What the measurement allows one to believe, in a sentence or two."""
    if effect.change is None:
        reserve = " Der betales på den aftalte reserve." if effect.is_replaced else ""
        return f"Kan ikke vurderes, for resultatet er ikke målbart.{reserve}"
    if effect.low is None or effect.high is None:
        return "Resultatet er en optælling og har intet interval."
    return f"{_shown(effect)}{_by_areas(effect, form)}{_spoken_against(effect)}"


def _shown(effect: EffectFact) -> str:
    if effect.uncertain:
        return "Usikkert; intervallet rummer ingen effekt."
    if effect.is_significant is False:
        return "Usikkert, selv om hele intervallet ligger på samme side af ingen effekt."
    wanted = (effect.change or 0) < 0
    direction = "en forbedring" if wanted == (effect.better == "lower") else "en forværring"
    return f"Rimelig sikkert {direction}; hele intervallet ligger på samme side af ingen effekt."


def _by_areas(effect: EffectFact, form: Formats) -> str:
    """Where whole areas are what is independent: how many there are, and what so few can show."""
    if effect.clusters != "area":
        return ""
    found = effect.finding("check.few_areas")
    figures = found.figures if found else {}
    treated, comparison, least = (figures.get(name) for name in ("treated", "comparison", "smallest_p"))
    said = " Intervallet er tilnærmet." if effect.is_approximate else ""
    if not isinstance(treated, int) or not isinstance(comparison, int):
        return said
    among = f"{treated} af {treated + comparison}{NBSP}områder"
    if isinstance(least, Decimal) and least >= SURE:
        floor = f"mindste p{HYPHEN}værdi {form.number(least, 2)}"
        return f"{said} {among} kan ikke vise en effekt, hvor stor den end er ({floor})."
    return f"{said} Indsatsen er i {among}."


def _spoken_against(effect: EffectFact) -> str:
    """How many of the assumptions that were looked into do not hold; areas are told of beside them."""
    judged = [
        finding
        for finding in effect.findings
        if finding.kind == "check" and finding.name != "check.few_areas" and finding.verdict in ("held", "broken")
    ]
    broken = sum(finding.verdict == "broken" for finding in judged)
    if not broken:
        return ""
    return f" {broken} af {len(judged)} undersøgte antagelser holder ikke."
