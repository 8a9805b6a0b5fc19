"""Rates: events per person-year with their interval, crude and directly standardised, and the mortality of the arms.

A count of events has the exact Poisson limits where it is small and Byar's elsewhere; a rate, crude or a weighted sum over
strata, has them scaled by its own standard error (Dobson, Kuulasmaa, Eberle & Scherer 1991, Stat Med 10:457-462), with the
events' variance found in the data where one person has many: then persons are independent, and their events are not.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import pandas as pd
from scipy.stats import beta, chi2, norm

from transforms.effect.estimate import CONFIDENCE, LEAST_ERROR, NotMeasurable

MIN_EVENTS = 10
"""Fewer are not standardised, and their limits are exact: APHO Technical Briefing 3 (2008), as PHEindicatormethods has it."""
Kind = Literal["independent", "repeated", "amount"]
"""`independent`: at most one of a person, as deaths. `repeated`: events that one person may have many of. `amount`: hours, days
or weeks; the persons who had any take the place of events, so that a rate says the same in hours and in minutes."""


@dataclass(frozen=True)
class Rate:
    """A rate per person-year, or a ratio of two, with its 95 % interval."""

    value: float
    low: float
    high: float


def crude(rows: pd.DataFrame, kind: Kind = "repeated") -> Rate | NotMeasurable:
    """The rate of one cell: all quantity over all exposure, r = Σ y / Σ e.

    `rows`: person_id, quantity (in the indicator's unit), exposure (person-years); a person may have several. The variance of
    the quantity is its own sum for independent events (Poisson), else Σ (y_i - r e_i)² over persons (Liang & Zeger 1986).
    Refuses a cell without person-time, and one in which all persons have exactly the same; no events at all are no such cell.
    """
    years, quantity = float(rows["exposure"].sum()), float(rows["quantity"].sum())
    if years <= 0:
        return NotMeasurable("no_data", ("person_time",))
    if quantity == 0 and kind == "amount":
        # How much those few might have had who could have had any is not told by nobody having had it.
        return NotMeasurable("no_spread")
    if quantity == 0:
        # Nothing has no spread between persons; what could have been there is the Poisson limit of nothing.
        return Rate(0.0, 0.0, limits(0)[1] / years)
    counted = {name: float(column.sum()) for name, column in _counted(rows.assign(stratum="all"), kind).items()}
    return _dobson(quantity / years, counted["variance"] / years**2, counted["events"])


def standardised(
    rows: pd.DataFrame, standard: Mapping[str, float], kind: Kind = "repeated", min_events: int = MIN_EVENTS
) -> Rate | NotMeasurable:
    """The rate of one cell as it would be in the standard population: what `directly_standardised` says of its strata.

    `rows` as for `crude`, with `stratum`, the same in all rows of a person. Strata that the standard has not got do not count.
    """
    counted = _counted(rows[rows["exposure"] > 0], kind).reindex(list(standard)).fillna(0.0)
    return directly_standardised(counted.assign(weight=pd.Series(standard, dtype=float)), min_events)


def directly_standardised(
    strata: pd.DataFrame, min_events: int = MIN_EVENTS, confidence: float = CONFIDENCE
) -> Rate | NotMeasurable:
    """Σ w y / n over Σ w, with Dobson's interval from Var = Σ (w/n)² v / (Σ w)².

    `strata`: one row per stratum of the standard with weight w, years n, quantity y, its variance v, and events (of which
    there are as many as the quantity says, but for amounts). Refuses a stratum that weighs something and has no person-time
    (with how many such there are, and their share of the standard in percent), fewer than `min_events`, and no spread at all.
    Raises ValueError for negative numbers and for a standard that weighs nothing.
    """
    if (strata[["weight", "years", "quantity", "variance", "events"]] < 0).any(axis=None):
        raise ValueError("weights, person-years, events and variances are not negative")
    whole = float(strata["weight"].sum())
    if whole == 0:
        raise ValueError("the standard population has nobody in it")
    weighty = strata[strata["weight"] > 0]
    empty = weighty[weighty["years"] == 0]
    if len(empty):
        share = float(empty["weight"].sum()) / whole * 100
        return NotMeasurable("empty_stratum", (str(len(empty)), f"{share:.1f}"))
    events = float(weighty["events"].sum())
    if events < max(min_events, 1):
        return NotMeasurable("few_events", ("standard_strata", str(min_events)))
    scale = weighty["weight"] / weighty["years"] / whole
    value, variance = float((scale * weighty["quantity"]).sum()), float((scale**2 * weighty["variance"]).sum())
    return _dobson(value, variance, events, confidence)


def limits(count: float, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """The interval of a Poisson count: exact (Garwood 1936) under 10, else Byar's approximation.

    Breslow & Day, Statistical Methods in Cancer Research II (IARC 1987), equation 2.13 and table 2.10.
    """
    tail = (1 - confidence) / 2
    if count < MIN_EVENTS:
        low = float(chi2.ppf(tail, 2 * count)) / 2 if count > 0 else 0.0
        return low, float(chi2.ppf(1 - tail, 2 * count + 2)) / 2
    reach = float(norm.ppf(1 - tail))
    low = count * (1 - 1 / (9 * count) - reach / (3 * math.sqrt(count))) ** 3
    more = count + 1
    return low, more * (1 - 1 / (9 * more) + reach / (3 * math.sqrt(more))) ** 3


@dataclass(frozen=True)
class Mortality:
    """Deaths and living person-years of an arm, and their rate."""

    deaths: int
    years: float
    rate: Rate | NotMeasurable


def mortality(deaths: int, years: float) -> Mortality:
    """Deaths per living person-year, with the limits of independent events."""
    if years <= 0:
        return Mortality(deaths, years, NotMeasurable("no_data", ("person_time",)))
    low, high = limits(deaths)
    return Mortality(deaths, years, Rate(deaths / years, low / years, high / years))


def mortality_ratio(deaths_t: int, years_t: float, deaths_c: int, years_c: float) -> Rate | NotMeasurable:
    """The mortality of the treated over that of the comparison arm.

    From 10 deaths in each arm the interval is exp(ln ratio ± z √(1/d_t + 1/d_c)); with fewer it is exact: given all deaths,
    those among the treated are binomial, with Clopper and Pearson's limits (Breslow & Day 1987, section 3.4). Over no deaths
    in the comparison arm the ratio and its upper limit are infinite; its lower limit is not.
    Refuses an arm without person-time, and two without deaths.
    """
    if years_t <= 0 or years_c <= 0:
        return NotMeasurable("no_data", ("person_time",))
    if deaths_t == deaths_c == 0:
        return NotMeasurable("few_events", ("comparison_after", "1"))
    ratio = (deaths_t / years_t) / (deaths_c / years_c) if deaths_c else math.inf
    if min(deaths_t, deaths_c) >= MIN_EVENTS:
        reach = float(norm.ppf(0.5 + CONFIDENCE / 2)) * math.sqrt(1 / deaths_t + 1 / deaths_c)
        return Rate(ratio, ratio * math.exp(-reach), ratio * math.exp(reach))
    tail = (1 - CONFIDENCE) / 2
    low = float(beta.ppf(tail, deaths_t, deaths_c + 1)) if deaths_t else 0.0
    high = float(beta.ppf(1 - tail, deaths_t + 1, deaths_c)) if deaths_c else 1.0
    return Rate(ratio, *(share / (1 - share) * years_c / years_t if share < 1 else math.inf for share in (low, high)))


def _counted(rows: pd.DataFrame, kind: Kind) -> pd.DataFrame:
    """By stratum: quantity, years, variance of the quantity, and the number of events (of persons with any, for amounts)."""
    person = rows.groupby(["stratum", "person_id"], sort=True)[["quantity", "exposure"]].sum().reset_index("person_id")
    sums = person.groupby(level="stratum")[["quantity", "exposure"]].sum()
    rate = sums["quantity"] / sums["exposure"]
    # A person alone in a stratum lies on its rate; the square of what they had stands in, as if all else were chance.
    rate[person.groupby(level="stratum").size() == 1] = 0.0
    squares = (person["quantity"] - person["exposure"] * rate.reindex(person.index)) ** 2
    spread = squares.groupby(level="stratum").sum()
    with_any = (person["quantity"] > 0).groupby(level="stratum").sum().astype(float)
    return pd.DataFrame(
        {
            "quantity": sums["quantity"],
            "years": sums["exposure"],
            "variance": sums["quantity"] if kind == "independent" else spread,
            "events": with_any if kind == "amount" else sums["quantity"],
        }
    )


def _dobson(value: float, variance: float, events: float, confidence: float = CONFIDENCE) -> Rate | NotMeasurable:
    if math.sqrt(variance) < LEAST_ERROR:
        return NotMeasurable("no_spread")
    low, high = limits(events, confidence)
    scale = math.sqrt(variance / events)
    return Rate(value, max(0.0, value + scale * (low - events)), value + scale * (high - events))
