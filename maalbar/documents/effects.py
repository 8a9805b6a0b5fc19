"""How an effect is said in Danish: `7 % færre`, `+0,2 (−0,3 til +0,7)`, and why there is none."""

from __future__ import annotations

from decimal import Decimal

from maalbar.documents.facts import EffectFact
from maalbar.documents.formats import HYPHEN, NBSP, Formats, rounded

HIDDEN = "skjult"
"""Stands for a number that may not be shown. It is never 0 and never blank."""
SURE = Decimal("0.05")
"""A p-value that is not below this shows nothing; nor do areas that cannot give a smaller one."""
OTHER_P_VALUES = {"variant.wild_bootstrap": "wild cluster bootstrap", "variant.permutation": "ombytning af områder"}
"""Other ways to reckon the uncertainty of the same effect."""
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
    Differences have one decimal, and two where all of it is smaller than a half or a missed target would look reached.
    """
    values = [v for v in (effect.change, effect.low, effect.high) if v is not None]
    if effect.contrast == "count":
        return 0
    if effect.contrast == "difference":
        seen = [abs(v) for v in (*values, effect.target) if v is not None]
        return 1 if max(seen, default=Decimal(1)) >= Decimal("0.5") and not _looks_reached(effect, 1) else 2
    vanishing = any(v != 0 and rounded(v * 100, 0) == 0 for v in values)
    return 1 if vanishing or _looks_reached(effect, 0) else 0


def _looks_reached(effect: EffectFact, decimals: int) -> bool:
    """Whether a change that is not its target would be written like it with so many decimals."""
    if effect.target is None or effect.change is None or effect.change == effect.target:
        return False
    whole = 100 if effect.contrast == "ratio" else 1
    return rounded(effect.change * whole, decimals) == rounded(effect.target * whole, decimals)


def size(effect: EffectFact, value: Decimal, form: Formats, *, unit: bool = True) -> str:
    """A detectable effect without its sign: `10 %`, `0,5 point`, `20`."""
    if effect.contrast == "ratio":
        whole = rounded(value * 100, 0) == rounded(value * 100, 1)
        return form.percent(abs(value), 0 if whole else 1)
    whole = rounded(value, 0) == rounded(value, digits(effect))
    text = form.number(abs(value), 0 if whole else digits(effect))
    return f"{text}{NBSP}{effect.unit}" if unit and effect.contrast == "difference" else text


def aimed(effect: EffectFact, form: Formats) -> str | None:
    """The target in the words of a change: `10 % færre`, `+0,5 point`; None where there is none."""
    text = promised(effect, form, signed=effect.contrast != "ratio")
    if text is None or effect.contrast != "ratio" or not effect.target:
        return text
    less, more = _directions(effect)
    return f"{text} {less if effect.target < 0 else more}"


def with_unit(effect: EffectFact, value: Decimal, form: Formats) -> str:
    """For tables: `−7 %`, `+4,3 point`; of limits beside it the unit is not said again."""
    text = signed(effect, value, form)
    return f"{text}{NBSP}{effect.unit}" if effect.contrast == "difference" else text


def promised(effect: EffectFact, form: Formats, *, signed: bool = False) -> str | None:
    """The target as the contract has it, with all its decimals: `10 %`, `0,25 point`, `20`; None where there is none."""
    if effect.target is None:
        return None
    sign = form.sign(effect.target) if signed and effect.contrast in ("ratio", "difference") else ""
    return f"{sign}{in_full(effect, effect.target, form)}"


def in_full(effect: EffectFact, value: Decimal, form: Formats) -> str:
    """A size with all its decimals, without its sign."""
    number = abs(value) * (100 if effect.contrast == "ratio" else 1)
    text = form.number(number, max(0, -int(number.normalize().as_tuple().exponent)))
    units = {"ratio": f"{NBSP}%", "difference": f"{NBSP}{effect.unit}"}
    return text + units.get(effect.contrast, "")


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
    less, more = _directions(effect)
    return f"{text} {less if value < 0 else more}"


def _directions(effect: EffectFact) -> tuple[str, str]:
    return ("færre", "flere") if is_countable(effect) else ("lavere", "højere")


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
    """What follows the title of a further outcome: `+0,2 point (−0,3 til +0,7), svarprocent 46; mål 0,5 point.`"""
    goal = "" if effect.target is None else f"; mål {promised(effect, form)}"
    if effect.change is None:
        return f"{reason(effect)}{goal}."
    between = interval(effect, form)
    change = worded(effect, effect.change, form)
    if effect.contrast == "difference":
        change = with_unit(effect, effect.change, form)
    answered = "" if effect.response_percent is None else f", svarprocent {effect.response_percent}"
    return f"{change}{f' ({between})' if between else ''}{answered}{goal}."


def certainty(effect: EffectFact, form: Formats) -> str:
    """What the measurement allows one to believe, in a sentence or two."""
    if effect.change is None:
        reserve = " Der betales på den aftalte reserve." if effect.is_replaced else ""
        return f"Kan ikke vurderes, for resultatet er ikke målbart.{reserve}"
    if effect.low is None or effect.high is None:
        return "Resultatet er en optælling og har intet interval."
    return f"{_shown(effect)}{otherwise(effect, form)}{_by_areas(effect, form)}{_spoken_against(effect)}"


def _shown(effect: EffectFact) -> str:
    if effect.uncertain:
        return "Usikkert; intervallet går hen over 0, så det kan ikke udelukkes, at der ingen effekt er."
    if effect.is_significant is False:
        return "Usikkert, selv om hele intervallet ligger på samme side af 0."
    wanted = (effect.change or 0) < 0
    direction = "en forbedring" if wanted == (effect.better == "lower") else "en forværring"
    return f"Rimelig sikkert {direction}; hele intervallet ligger på samme side af 0."


def otherwise(effect: EffectFact, form: Formats) -> str:
    """Where another way of reckoning the uncertainty comes out on the other side of 5 %: a sentence; empty where none does."""
    if effect.low is None or effect.high is None:
        return ""
    is_sure = not effect.uncertain and effect.is_significant is not False
    other = []
    for name, way in OTHER_P_VALUES.items():
        found = effect.finding(name)
        p = found.figures.get("p_value") if found else None
        if isinstance(p, Decimal) and (p < SURE) != is_sure:
            other.append(f"{way} (p{HYPHEN}værdi {form.number(p, 3)})")
    if not other:
        return ""
    said = "er det ikke sikkert" if is_sure else "ville det være sikkert"
    return f" Regnet ved {' og ved '.join(other)} {said}."


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
