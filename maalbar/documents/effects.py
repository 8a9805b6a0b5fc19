"""How an effect is said: `7 % færre`, `+0,2 (−0,3 til +0,7)`, and why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from maalbar.documents.facts import EffectFact
from maalbar.documents.findings import RatedFact
from maalbar.documents.formats import NBSP, Formats, rounded
from maalbar.documents.language import danish
from maalbar.documents.refusals import reason_in_words

HIDDEN = danish("skjult")
"""Stands for a number that may not be shown. It is never 0 and never blank."""
SURE = Decimal("0.05")
"""A p-value that is not below this shows nothing; nor do areas that cannot give a smaller one."""
OTHER_P_VALUES = {
    "variant.wild_bootstrap": danish("wild cluster bootstrap"),
    "variant.permutation": danish("ombytning af områder"),
}
"""Other ways to reckon the uncertainty of the same effect."""
PAID_ON_FALLBACK = danish("Der betales på den aftalte reserve.")
INTERVAL = danish("95~%\u2011interval")


def lower_first(title: str) -> str:
    """The title inside a sentence; `DREAM-uger` keeps its capitals."""
    return title if title[1:2].isupper() else title[:1].lower() + title[1:]


def reason(effect: EffectFact, form: Formats) -> str:
    """`ikke målbar, fordi …` without a full stop."""
    why = reason_in_words(effect.not_measurable, form) if effect.not_measurable else form.say("målingen mangler")
    return form.say("ikke målbar, fordi {why}", why=why.strip().rstrip("."))


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
    return _directed(effect, text, effect.target, form)


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
    units = {"ratio": form.percent_sign, "difference": f"{NBSP}{effect.unit}"}
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
    return text if value == 0 else _directed(effect, text, value, form)


def _directed(effect: EffectFact, size: str, value: Decimal, form: Formats) -> str:
    """`10 % færre`, `10 % højere`."""
    if is_countable(effect):
        return form.say("{size} færre", size=size) if value < 0 else form.say("{size} flere", size=size)
    return form.say("{size} lavere", size=size) if value < 0 else form.say("{size} højere", size=size)


def interval(effect: EffectFact, form: Formats) -> str | None:
    """`20 % færre til 8 % flere`, `−0,3 til +0,7`; None for a count."""
    if effect.low is None or effect.high is None:
        return None
    low, high = (worded(effect, limit, form) for limit in (effect.low, effect.high))
    return form.say("{low} til {high}", low=low, high=high)


def result(effect: EffectFact, form: Formats) -> str:
    """The sentence of the leading outcome, without its target."""
    title, change = effect.title, effect.change
    if change is None:
        return f"{title}: {reason(effect, form)}."
    between = interval(effect, form)
    bracket = f" ({form.say(INTERVAL)}: {between})" if between else ""
    if effect.contrast == "count":
        return f"{title}: {worded(effect, change, form)}{bracket}."
    if effect.contrast == "difference":
        size_ = f"{signed(effect, change, form)}{NBSP}{effect.unit}"
        return form.say(
            "{title} {size} i forhold til ventet uden indsatsen{bracket}.", title=title, size=size_, bracket=bracket
        )
    if change == 0:
        return form.say("{title} som ventet uden indsatsen{bracket}.", title=title, bracket=bracket)
    said = {"change": worded(effect, change, form), "bracket": bracket}
    if is_countable(effect):
        return form.say("{change} {counted} end ventet uden indsatsen{bracket}.", counted=lower_first(title), **said)
    return form.say("{title} {change} end ventet uden indsatsen{bracket}.", title=title, **said)


def brief(effect: EffectFact, form: Formats) -> str:
    """What follows the title of a further outcome: `+0,2 point (−0,3 til +0,7), svarprocent 46; mål 0,5 point.`"""
    goal = "" if effect.target is None else form.say("; mål {target}", target=promised(effect, form))
    if effect.change is None:
        return f"{reason(effect, form)}{goal}."
    between = interval(effect, form)
    change = worded(effect, effect.change, form)
    if effect.contrast == "difference":
        change = with_unit(effect, effect.change, form)
    percent = effect.response_percent
    answered = "" if percent is None else form.say(", svarprocent {percent}", percent=percent)
    return f"{change}{f' ({between})' if between else ''}{answered}{goal}."


def certainty(effect: EffectFact, form: Formats) -> str:
    """What the measurement allows one to believe, in a sentence or two."""
    if effect.change is None:
        said = [form.say("Kan ikke vurderes, for resultatet er ikke målbart.")]
        return " ".join([*said, *([form.say(PAID_ON_FALLBACK)] if effect.is_replaced else [])])
    if effect.low is None or effect.high is None:
        return form.say("Resultatet er en optælling og har intet interval.")
    said = [_shown(effect, form), otherwise(effect, form), *_by_areas(effect, form), _spoken_against(effect, form)]
    return " ".join(sentence for sentence in said if sentence)


def _shown(effect: EffectFact, form: Formats) -> str:
    if effect.uncertain:
        return form.say("Usikkert; intervallet går hen over 0, så det kan ikke udelukkes, at der ingen effekt er.")
    if effect.is_significant is False:
        return form.say("Usikkert, selv om hele intervallet ligger på samme side af 0.")
    wanted = (effect.change or 0) < 0
    if wanted == (effect.better == "lower"):
        return form.say("Rimelig sikkert en forbedring; hele intervallet ligger på samme side af 0.")
    return form.say("Rimelig sikkert en forværring; hele intervallet ligger på samme side af 0.")


def says_nothing(effect: EffectFact, found: RatedFact) -> bool:
    """Whether an interval holds both the target and as much the other way, so that it can tell neither from the other."""
    if not effect.target or found.low is None or found.high is None:
        return False
    return found.low <= -abs(effect.target) and found.high >= abs(effect.target)


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
            other.append(form.say("{way} (p\u2011værdi {p})", way=form.say(way), p=form.number(p, 3)))
    if not other:
        return ""
    ways = other[0] if len(other) == 1 else form.say("{first} og ved {second}", first=other[0], second=other[1])
    if is_sure:
        return form.say("Regnet ved {ways} er det ikke sikkert.", ways=ways)
    return form.say("Regnet ved {ways} ville det være sikkert.", ways=ways)


def _by_areas(effect: EffectFact, form: Formats) -> Iterator[str]:
    """Where whole areas are what is independent: how many there are, and what so few can show."""
    if effect.clusters != "area":
        return
    found = effect.finding("check.few_areas")
    figures = found.figures if found else {}
    treated, comparison, least = (figures.get(name) for name in ("treated", "comparison", "smallest_p"))
    if effect.is_approximate:
        yield form.say("Intervallet er tilnærmet.")
    if not isinstance(treated, int) or not isinstance(comparison, int):
        return
    among: dict[str, object] = {"treated": treated, "areas": treated + comparison}
    if isinstance(least, Decimal) and least >= SURE:
        among |= {"least": form.number(least, 2)}
        yield form.say(
            "{treated} af {areas}~områder kan ikke vise en effekt, hvor stor den end er (mindste p\u2011værdi {least}).",
            **among,
        )
    else:
        yield form.say("Indsatsen er i {treated} af {areas}~områder.", **among)


def _spoken_against(effect: EffectFact, form: Formats) -> str:
    """How many of the assumptions that were looked into do not hold; areas are told of beside them."""
    judged = [
        finding
        for finding in effect.findings
        if finding.kind == "check" and finding.name != "check.few_areas" and finding.verdict in ("held", "broken")
    ]
    broken = sum(finding.verdict == "broken" for finding in judged)
    if not broken:
        return ""
    return form.say("{broken} af {looked} undersøgte antagelser holder ikke.", broken=broken, looked=len(judged))
