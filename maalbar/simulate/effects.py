"""Effects: what is planted on which indicator, and what that means for what is drawn.

Contacts are nested: acute readmissions are acute admissions, those are acute contacts, and those are hospital contacts.
An outcome without an effect of its own takes that of the outcome around it, and every planted one holds exactly in
expectation. Readmissions and admissions are prevented together, by whole episodes of illness, so they have one effect.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from maalbar.contract import Contract
from maalbar.definitions import survey_indicators
from maalbar.errors import ContractError
from maalbar.simulate.rates import CHRONIC_TIMES, HOSPITAL, OWN_UNIT_RATE

READMISSIONS, BED_DAYS = "acute_readmissions", "bed_days"
ADMISSIONS, ACUTE, ALL_CONTACTS = "acute_admissions", "acute_hospital_contacts", "hospital_contacts"
GP_CONTACTS, GP_E_CONSULTATIONS, GP_OUT_OF_HOURS = "gp_contacts", "gp_e_consultations", "gp_out_of_hours"
SELF_SUPPORT = "self_support_weeks"
SERVICE_INDICATORS = {"support_hours": "support", "school_absence_days": "school_absence"}
"""Indicator → the canonical service whose quantities it adds up."""
SURVEY_INDICATORS = {found.id for found in survey_indicators().values() if not (found.groups or found.domain)}
"""Whole scores; of a part of a scale, or of how many persons reach a band, no exact change follows from what is drawn."""

CHANGES = ("difference_in_differences", "matched_comparison", "historical_baseline", "before_after")
"""Estimators of a change of the treated, which can be planted whichever of them looks for it."""

PLANTABLE = {
    READMISSIONS,
    ADMISSIONS,
    ACUTE,
    ALL_CONTACTS,
    GP_CONTACTS,
    SELF_SUPPORT,
    *SERVICE_INDICATORS,
    *SURVEY_INDICATORS,
}


@dataclass(frozen=True)
class Plant:
    """`change` is signed: −0.08 is eight per cent fewer where `is_ratio`, +0.5 half a unit more where not."""

    outcome: str
    change: float
    is_ratio: bool


@dataclass(frozen=True)
class Effects:
    """What is planted, by indicator."""

    plants: Mapping[str, Plant]

    def factor(self, indicator: str) -> float | None:
        """What a rate is multiplied by; None if nothing is planted. Raises ContractError on a difference."""
        plant = self.plants.get(indicator)
        if plant is None:
            return None
        if not plant.is_ratio:
            raise ContractError(
                f"outcome `{plant.outcome}`: a difference in contacts cannot be planted",
                mend="use contrast `ratio`",
            )
        return 1 + plant.change

    def shift(self, indicator: str) -> float:
        """Points added to a score. Raises ContractError for a ratio."""
        plant = self.plants.get(indicator)
        if plant is not None and plant.is_ratio:
            raise ContractError(
                f"outcome `{plant.outcome}`: a ratio of scores cannot be planted",
                mend="use contrast `difference`",
            )
        return plant.change if plant else 0.0


def plan_effects(contract: Contract, effect: Mapping[str, float] | float) -> Effects:
    """Read an effect: by outcome id, or one number for every ratio outcome. Positive means better.

    Raises ContractError for an outcome that is not there or whose indicator cannot be planted.
    """
    estimated = {name: o for name, o in contract.outcomes.items() if o.estimator in CHANGES}
    known = {name: o.indicator.partition("@")[0] for name, o in estimated.items()}
    if isinstance(effect, Mapping):
        asked = dict(effect)
    else:
        asked = {n: effect for n, o in estimated.items() if o.contrast == "ratio" and known[n] in PLANTABLE}
    plants: dict[str, Plant] = {}
    for name, amount in asked.items():
        if name not in known or known[name] not in PLANTABLE:
            can = ", ".join(n for n, indicator in known.items() if indicator in PLANTABLE)
            raise ContractError(f"no effect can be planted on `{name}`", where=contract.id, mend=f"choose among: {can}")
        outcome = estimated[name]
        plant = Plant(
            name, float(amount) if outcome.better == "higher" else -float(amount), outcome.contrast == "ratio"
        )
        other = plants.setdefault(known[name], plant)
        if (other.change, other.is_ratio) != (plant.change, plant.is_ratio):
            raise ContractError(
                f"`{other.outcome}` and `{name}` share an indicator", mend="plant the same effect on both"
            )
    return Effects(plants)


def hospital_rates(contract: Contract) -> dict[str, float]:
    """Contacts per person-year of each kind, but those with own units."""
    rule = contract.cohort.eligibility
    is_selected = rule is not None and rule.earlier_use is not None
    return HOSPITAL | {"admission": HOSPITAL["admission"] * (CHRONIC_TIMES if is_selected else 1.0)}


def hospital_factors(contract: Contract, effects: Effects) -> dict[str, float]:
    """What the rate of each kind of hospital contact is multiplied by for the treated.

    Contacts with the intervention's own units are extra; where all contacts have a planted effect, planned
    ones make room for them. Raises ContractError when the effects contradict each other.
    """
    own = OWN_UNIT_RATE if contract.cohort.own_units else 0.0
    every, acute = effects.factor(ALL_CONTACTS), effects.factor(ACUTE)
    admissions, readmissions = effects.factor(ADMISSIONS), effects.factor(READMISSIONS)
    if admissions is not None and readmissions is not None and admissions != readmissions:
        raise ContractError(
            "admissions and readmissions are prevented together", mend="plant the same effect on both, or on one"
        )
    rate = hospital_rates(contract)
    factors = {"admission": next(f for f in (admissions, readmissions, acute, every, 1.0) if f is not None)}
    factors["other_acute"] = 1.0 if every is None else every
    if acute is not None:
        left = acute * (rate["admission"] + rate["other_acute"]) - factors["admission"] * rate["admission"]
        factors["other_acute"] = left / rate["other_acute"]
    factors["planned"] = 1.0
    if every is not None:
        left = every * sum(rate.values()) - own - sum(factors[k] * rate[k] for k in ("admission", "other_acute"))
        factors["planned"] = left / rate["planned"]
    if min(factors.values()) < 0:
        raise ContractError(
            "the effects on admissions, acute and all contacts cannot hold together", mend="bring them closer"
        )
    return factors


def expected_changes(contract: Contract, effects: Effects) -> dict[str, float | None]:
    """The true change of each estimated outcome, signed: planted, or following from what is planted.

    None where the indicator is not one that the simulator knows, or an effect on it cannot be told exactly: bed days are
    of acute and planned stays together, and the first nights after entry of stays that began before it.
    """
    factors, rate = hospital_factors(contract, effects), hospital_rates(contract)
    own = OWN_UNIT_RATE if contract.cohort.own_units else 0.0
    acute = sum(factors[k] * rate[k] for k in ("admission", "other_acute"))
    daytime = effects.factor(GP_CONTACTS)
    follows: dict[str, float | None] = {
        BED_DAYS: 0.0 if factors["admission"] == factors["planned"] == 1 else None,
        # Daytime contacts are prevented whatever their form.
        GP_E_CONSULTATIONS: (1.0 if daytime is None else daytime) - 1,
        GP_OUT_OF_HOURS: 0.0,
        READMISSIONS: factors["admission"] - 1,
        ADMISSIONS: factors["admission"] - 1,
        ACUTE: acute / (rate["admission"] + rate["other_acute"]) - 1,
        ALL_CONTACTS: (acute + factors["planned"] * rate["planned"] + own) / sum(rate.values()) - 1,
    }
    found: dict[str, float | None] = {}
    for name, outcome in contract.outcomes.items():
        indicator = outcome.indicator.partition("@")[0]
        if outcome.estimator not in CHANGES:
            continue
        plant = effects.plants.get(indicator)
        value = plant.change if plant else follows.get(indicator, 0.0 if indicator in PLANTABLE else None)
        found[name] = None if value is None else round(value, 9)
    return found
