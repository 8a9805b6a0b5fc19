"""The facts of a statement: everything a page says, and nothing about how it looks.

Amounts are whole minor units (øre). Estimates are in the unit named beside them: a `ratio` effect is the relative
change in the rate (-0.07 is 7 % fewer), a `difference` effect is in the unit of the indicator. All dates are local.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from maalbar.documents.findings import EntryFact, Finding, FollowedFact, MortalityFact
from maalbar.documents.language import Language
from maalbar.documents.money_facts import CorrectedPayment, InvestorFact, LedgerFact, PaymentFact, TransferFact
from maalbar.documents.rejections import RejectedFact


@dataclass(frozen=True)
class EffectFact:
    """One outcome of the period: an estimate with its interval, or the reason (a code and its details) why there is none.

    `change` is signed as measured (fewer contacts is negative). `target` has the sign of `change` when reached.
    `p_value` of no effect; `detectable` is the smallest effect that the measurement could show with 80 % power.
    `response_percent` is given for surveys (treated arm).
    """

    outcome: str
    title: str
    contrast: Literal["ratio", "difference", "level", "count"]
    unit: str
    better: Literal["lower", "higher"]
    change: Decimal | None
    low: Decimal | None
    high: Decimal | None
    target: Decimal | None
    detectable: Decimal | None
    p_value: Decimal | None
    not_measurable: str | None
    response_percent: int | None
    paid: bool
    estimator: str = ""
    clusters: str = "person"
    """What the interval takes as independent: `person` or `area`."""
    is_approximate: bool = False
    """Whether there are too few areas for the interval to be trusted to its percent."""
    is_significant: bool | None = None
    """What the measurement says, which knows the number of areas; None: the interval tells."""
    power: Decimal | None = None
    """The chance that a measurement like this shows the target, if it is reached."""
    findings: tuple[Finding, ...] = ()
    censor: tuple[str, ...] = ()
    """What ends the follow-up of a person for this outcome, besides death and emigration."""
    is_replaced: bool = False
    """Whether the agreed fallback is paid on instead."""
    basis: Literal["period", "cumulative"] = "period"
    """`cumulative`: over all periods so far, this one included."""

    @property
    def uncertain(self) -> bool:
        """Whether the interval crosses 0, so that no effect cannot be ruled out."""
        return self.low is not None and self.high is not None and self.low <= 0 <= self.high

    def finding(self, name: str) -> Finding | None:
        """What was found under that name."""
        return next((finding for finding in self.findings if finding.name == name), None)


@dataclass(frozen=True)
class CohortFact:
    """Who was followed. Mortality per 100 person-years; a count below the small-cell limit is None and shown as withheld."""

    treated: int | None
    died: int | None
    moved: int | None
    comparison: int | None
    comparison_areas: int
    mortality_treated: Decimal | None
    mortality_comparison: Decimal | None


@dataclass(frozen=True)
class ApprovalFact:
    """A party's answer: who, on what authority, when; all None while it is awaited."""

    party: str
    name: str | None
    authority: str | None
    answered_on: date | None


@dataclass(frozen=True)
class RateFact:
    """A figure behind an effect: what was counted in one arm and window. None is withheld or not measured."""

    outcome: str
    title: str
    window: str
    arm: Literal["treated", "comparison"]
    persons: int | None
    person_years: Decimal | None
    events: int | None
    value: Decimal | None
    unit: str
    low: Decimal | None = None
    high: Decimal | None = None
    standardised: Decimal | None = None
    standardised_low: Decimal | None = None
    standardised_high: Decimal | None = None
    standardised_refused: str | None = None
    """Why there is no standardised rate: a code and its details."""


@dataclass(frozen=True)
class ResponseFact:
    """Who answered in one arm and window: answers, those who could have answered (None: not known), each None if withheld."""

    outcome: str
    window: str
    arm: Literal["treated", "comparison"]
    answers: int | None
    asked: int | None
    percent: int | None


@dataclass(frozen=True)
class ValueFact:
    """What the avoided units of an outcome are reckoned to be worth so far. Never a payment.

    `counted`: units seen among those followed; `expected`: what there would have been without the intervention; both None where
    a count behind them is withheld, and the worth with them. `shares`: bearer in the contract's words (region, kommune, stat) →
    its part of each unit's worth; `worth_minor`: bearer → amount.
    """

    title: str
    counted: Decimal | None
    expected: Decimal | None
    unit_minor: int
    shares: dict[str, Decimal]
    worth_minor: dict[str, int | None]


@dataclass(frozen=True)
class ComputationFact:
    """The way from effect to krone for one outcome, one sentence a step."""

    title: str
    steps: tuple[str, ...]


@dataclass(frozen=True)
class RestatedFact:
    """An outcome of a period as it is measured, and as it would be from the newest extracts, which describe a later day."""

    period: str
    as_known_at: date
    was: EffectFact
    now: EffectFact


@dataclass(frozen=True)
class CorrectedEffect:
    """An outcome of an earlier period as it was settled, and as it is measured now."""

    period: str
    was: EffectFact
    now: EffectFact


@dataclass(frozen=True)
class StatementFacts:
    """One statement (opgørelse) of one period."""

    contract_id: str
    contract_name: str
    period: str
    start: date
    end: date
    """Exclusive, as everywhere; pages show the day before."""
    currency: str
    approved: bool
    illustrative: bool
    rehearsal_years: int | None
    """How many years the dates were moved when this is a rehearsal (negative: into the past)."""
    senders: tuple[str, ...]
    payments: tuple[PaymentFact, ...]
    effects: tuple[EffectFact, ...]
    """The first is the leading outcome of page one."""
    expected_without_effect_minor: int
    """What the terms would pay on average, for this proposal's periods so far, if nothing worked."""
    cohort: CohortFact
    values: tuple[ValueFact, ...]
    """Calculated value so far, outcome by outcome."""
    investors: tuple[InvestorFact, ...]
    changes: tuple[tuple[str, int], ...]
    """Signed differences to earlier periods in this settlement: (what, amount)."""
    approvals: tuple[ApprovalFact, ...]
    data_known_as_at: date
    passport: dict[str, str]
    """Name → value of everything the figures were made from; `id` is its own short hash."""
    rates: tuple[RateFact, ...]
    course: dict[str, tuple[EffectFact, ...]]
    """For the chart: period id → effects measured in that period alone (leading outcome first), first period first."""
    all_periods: tuple[tuple[str, date, date], ...]
    """Every followed period of the contract: id, start, end; those not yet measured too."""
    computation: tuple[ComputationFact, ...]
    ledger: tuple[LedgerFact, ...]
    terms_in_words: tuple[str, ...]
    definitions: tuple[tuple[str, str], ...]
    """(title (definition@version), what it counts in words)."""
    transfers: tuple[TransferFact, ...] = ()
    """What moves, where the terms set off or net what is entitled."""
    rejected: tuple[RejectedFact, ...] = ()
    """Proposals that a party said no to since the settlement before, told of in the newest period's statement."""
    baseline_windows: tuple[tuple[str, date, date], ...] = ()
    """The windows before the intervention: id, start, end."""
    entries: tuple[EntryFact, ...] = ()
    """Who entered, by arm and wave."""
    followed: tuple[FollowedFact, ...] = ()
    """What became of them, by arm and period."""
    mortality: MortalityFact | None = None
    responses: tuple[ResponseFact, ...] = ()
    standard: str | None = None
    """The standard population of the rates, in words."""
    known_before: str | None = None
    """What makes a person known before, in words; None where the contract does not ask."""
    language: Language = "da"
    """The reader's, in which every text here is that has more than one; reasons why something is not measurable are codes."""
    danish: tuple[str, ...] = ()
    """Texts of the contract that stand in these facts, and that it has in Danish alone: names, bodies, notes."""
    settlement: int = 1
    """The number of the settlement, or of the proposal while it is a draft, that this is the statement of."""
    corrected_payments: tuple[CorrectedPayment, ...] = ()
    corrected_effects: tuple[CorrectedEffect, ...] = ()
    restated: tuple[RestatedFact, ...] = ()
    """What later extracts would make of the periods so far. Shown; it opens none."""
