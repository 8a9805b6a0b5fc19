"""The facts of the Outcomes pages. Amounts are whole minor units (øre); dates are local, windows `[start, end)`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from maalbar.documents.facts import EffectFact
from maalbar.documents.language import Language
from maalbar.documents.rejections import RejectedFact
from maalbar.documents.set_aside import Counted

PeriodState = Literal[
    "to come",
    "under way",
    "baseline",
    "data awaited",
    "not settled",
    "measured",
    "awaits approval",
    "rejected",
    "in dispute",
    "settled",
]
Arrival = Literal["taken in", "not yet", "awaited", "overdue", "not come"]


@dataclass(frozen=True)
class Head:
    """What stands at the top of every page of a contract. `mark`: that it is a rehearsal, or that its terms are not agreed."""

    id: str
    name: str
    summary: str
    mark: str | None
    currency: str


@dataclass(frozen=True)
class Period:
    """One period of the calendar. `amount_minor`: what is posted for it, None before it is settled."""

    id: str
    start: date
    end: date
    data_due: date
    run_after: date
    pay_by: date
    state: PeriodState
    amount_minor: int | None = None


@dataclass(frozen=True)
class Awaited:
    """A source that is expected for a period."""

    period: str
    source: str
    register_name: str
    sender: str
    due: date
    state: Arrival


@dataclass(frozen=True)
class Question:
    """An approval that one party is asked for. `path`: where Airflow puts the question, below its own address.

    `answer`: what was chosen, None while it waits; `people`: those who may answer. `is_mine`: whether the reader is one of them.
    """

    period: str
    party: str
    people: tuple[str, ...]
    path: str
    is_mine: bool
    answer: str | None = None
    answered_by: str | None = None


@dataclass(frozen=True)
class Issued:
    """A statement that was issued. `superseded_by`: the settlement that says something else; `told_in`: the period it is told in.

    `kinds`: language → the kinds of file there are of it.
    """

    number: int
    period: str
    kinds: Mapping[Language, tuple[str, ...]]
    superseded_by: int | None = None
    told_in: str | None = None


@dataclass(frozen=True)
class Cap:
    """A cap on the whole contract, in words, and what is posted and given up under it."""

    words: str
    paid_minor: int
    maximum_minor: int
    given_up_minor: int = 0


@dataclass(frozen=True)
class Payment:
    """What one payer owes one recipient for one period: posted, and proposed where a proposal is open and may be seen."""

    period: str
    payer: str
    recipient: str
    posted_minor: int
    proposed_minor: int | None = None


@dataclass(frozen=True)
class Release:
    """What has left, or is about to: for whom, in what state, since when."""

    number: int
    kind: str
    recipient: str
    state: str
    prepared_at: datetime


@dataclass(frozen=True)
class Figures:
    """Effects of periods as one proposal has them. `is_draft`: nobody has approved it yet. `course`: of each period alone."""

    number: int
    is_draft: bool
    course: Mapping[str, tuple[EffectFact, ...]]
    paid: Mapping[str, tuple[EffectFact, ...]]
    """On the basis that each outcome is paid on."""


@dataclass(frozen=True)
class ContractBrief:
    """One contract in the list."""

    head: Head
    settled: int
    followed: int
    posted_minor: int
    overdue: int
    waiting: tuple[Question, ...]


@dataclass(frozen=True)
class ContractFacts:
    """One contract. `is_full`: the reader sees what is not approved yet, too."""

    head: Head
    is_full: bool
    periods: tuple[Period, ...]
    figures: Figures | None
    payments: tuple[Payment, ...]
    caps: tuple[Cap, ...]
    awaited: tuple[Awaited, ...]
    set_aside: Mapping[str, int]
    """Period → rows set aside of the deliveries in force; empty for who may not see it."""
    statements: tuple[Issued, ...]
    releases: tuple[Release, ...]
    questions: tuple[Question, ...] = ()
    rejected: tuple[RejectedFact, ...] = ()
    """Proposals that a party said no to; none for who may not see what is not approved."""


@dataclass(frozen=True)
class SetAside:
    """What was set aside of one delivery in force. `reasons` is None where the rows are not here any more."""

    source: str
    register_name: str
    rows: int
    reasons: tuple[Counted, ...] | None


@dataclass(frozen=True)
class PeriodFacts:
    """One period of a contract. `has_intake_page`: whether there is a page of its newest intake that the reader may open."""

    head: Head
    is_full: bool
    period: Period
    figures: Figures | None
    payments: tuple[Payment, ...]
    awaited: tuple[Awaited, ...]
    set_aside: tuple[SetAside, ...]
    statements: tuple[Issued, ...]
    questions: tuple[Question, ...] = ()
    has_intake_page: bool = False


@dataclass(frozen=True)
class StatementShown:
    """An issued statement to be opened, in one language."""

    head: Head
    issued: Issued
    language: Language


@dataclass(frozen=True)
class RunFacts:
    """A run of Airflow: what it is of, the period it measures or settles, and the statements of that."""

    head: Head
    step: Literal["measure", "settle"]
    period: str
    statements: tuple[Issued, ...]
    has_intake_page: bool
