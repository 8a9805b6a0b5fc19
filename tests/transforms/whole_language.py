"""Agreements and results drawn from the whole language of payment, for the laws that hold of every settlement.

Two payers, two recipients, four followed periods, the first two of one budget year. Each drawn agreement is sound by the checks
of every contract. Amounts are small, so that limits bind.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from maalbar.contract.checks import faults
from maalbar.contract.model import Agreement
from transforms.settlement import Claim, Result

RUN = ("1", "2", "3", "4")
ILL = {"source": "illustrative"}
SHARES = {
    "alone": (("region", "fund", "100 %"),),
    "two": (("region", "fund", "75 %"), ("town", "fund", "25 %")),
    "all": (("region", "fund", "33.3 %"), ("region", "bank", "16.7 %"), ("town", "bank", "50 %")),
}
SCOPES = (
    {"payer": "region", "recipient": "fund"}, {"payer": "region"}, {"payer": "town"}, {},
    {"outcome": "contacts"}, {"outcome": "visits", "payer": "region"},
)  # fmt: skip
EFFECTS = ("contacts", "joy", "steps", "saved")
COUNTED = ("visits", "jobs", "way", "homes")
PERSONS = ("ann", "bo", "cat")


@dataclass(frozen=True)
class Class:
    """Which terms may be drawn. The defaults are the whole language."""

    monotone: bool = False
    """Only terms under which more effect never pays less: see `transforms.settlement.caps`."""
    floors: bool = True
    negative: bool = True
    """Tiers that pay money back, and no floor under the sum."""
    returns: bool | None = None
    """Whether the return is limited; drawn where it is None."""
    few: bool = False
    """Two or three drawn outcomes instead of eight, where a case is dear to compute."""


WHOLE = Class()


def _money(number: int) -> str:
    return f"{number}.00 DKK" if number % 3 else f"{number}.37 DKK"


def _outcome(price: dict[str, Any], share: str, contrast: str | None, **more: Any) -> dict[str, Any]:
    rows = [{"payer": payer, "recipient": recipient, "share": part} for payer, recipient, part in SHARES[share]]
    found = {
        "estimator": "given" if contrast else "count",
        "better": "higher",
        "price": ILL | price,
        "payments": rows,
    }
    return ILL | found | ({"contrast": contrast} if contrast else {}) | more


@st.composite
def _effects(draw: st.DrawFn, kind: Class, floor: str) -> dict[str, Any]:
    share, amount = st.sampled_from(sorted(SHARES)), st.integers(1, 900)
    earned: list[dict[str, Any]] = [
        {}, {"earned": "at_end"}, {"earned": "every_period"}, {"earned": "parts", "parts": {"1": "10 %", "3": "90 %"}}
    ]  # fmt: skip
    low, high = sorted((draw(amount), draw(amount)))
    back = draw(st.integers(0, 300)) if floor == "none" else 0
    tiers = [
        {"below": "2 %", "amount": f"-{back}.00 DKK" if back else "0 DKK"},
        {"at_least": "2 %", "at_most": "6 %", "amount": _money(low)},
        {"above": "6 %", "amount": _money(high)},
    ]
    points = [{"at": "0.02 points", "amount": _money(low)}, {"at": "0.1 points", "amount": _money(high)}]
    table = {"kind": "interpolated", "points": points, "under_first": "nothing"}
    table |= {"interpolation": draw(st.sampled_from(["linear", "steps"]))}
    saving = {"kind": "savings_share", "before_break_even": "95 %", "after_break_even": "40 %", "break_even": "200 DKK"}
    rate = {"kind": "pro_rata", "target": "10 %", "maximum": _money(draw(amount))}
    found = {
        "contacts": _outcome(rate | draw(st.sampled_from(earned)), draw(share), "ratio"),
        "joy": _outcome(table | draw(st.sampled_from(earned)), draw(share), "difference"),
        "steps": _outcome({"kind": "tiers", "tiers": tiers}, draw(share), "ratio"),
        "saved": _outcome(saving, draw(share), "level"),
    }
    gates = [{"pooled": {"at_least": "3 %"}}, {"outcome": "steps", "pooled": {"above": "0 %"}, "pooled_in": ["2", "4"]}]
    if not kind.monotone:
        gates.append({"each_period": {"at_least": "3 %"}, "pooled": {"at_least": "5 %"}, "pooled_in": ["4"]})
        found["joy"]["deadweight"] = ILL | {"share": "33 %"}
    if draw(st.booleans()):
        found["contacts"]["gate"] = draw(st.sampled_from(gates))
    return found


@st.composite
def _counted(draw: st.DrawFn, kind: Class) -> dict[str, Any]:
    share = st.sampled_from(sorted(SHARES))
    yearly = [
        {"max_units": draw(st.integers(1, 6))} | {"carry_over": draw(st.sampled_from(["none", "unused", "excess"]))},
        {"maximum": _money(draw(st.integers(20, 300)))} | {"carry_over": draw(st.sampled_from(["none", "unused", "excess"]))},
    ]  # fmt: skip
    limits = {"max_claims": draw(st.integers(1, 4))}, {"max_units": 3}, {"maximum": "90 DKK"}, {"days_between": 40}

    def with_limits(price: dict[str, Any]) -> dict[str, Any]:
        price = price | {"counts": "other"}
        price |= {"yearly": draw(st.sampled_from(yearly))} if draw(st.booleans()) else {}
        price |= {"maximum": _money(draw(st.integers(50, 900)))} if draw(st.booleans()) else {}
        return price | ({"min_units": draw(st.integers(1, 5))} if draw(st.booleans()) else {})

    visits: dict[str, Any] = {"kind": "rate_card", "amount": _money(draw(st.integers(1, 80)))}
    if not kind.monotone:
        # A cheaper claim that comes first may take the place of a dearer one.
        visits = {
            "kind": "rate_card",
            "rates": [{"amount": "30 DKK", "to": "2025-03-01"}, {"amount": "31.33 DKK", "from": "2025-03-01"}],
            "index": "costs",
        }
    # In the monotone class limits of a person are of units or money, and never beside a limit of the year.
    visits["per_person"] = draw(st.sampled_from(limits[1:3] if kind.monotone else limits))
    bound = draw(st.integers(1, 8))
    jobs = {"kind": "brackets", "brackets": [{"up_to": bound, "amount": "50 DKK"}, {"amount": "12.34 DKK"}]}
    chain = [{"id": "in", "amount": "20 DKK"}, {"id": "on", "amount": "70 DKK", "days_after_previous": 30}]
    way: dict[str, Any] = {"kind": "rate_card", "milestones": chain}
    homes = {"kind": "pro_rata", "target": "9 units", "maximum": _money(draw(st.integers(1, 400)))}
    return {
        "visits": _outcome(visits | {"counts": "other"} if kind.monotone else with_limits(visits), draw(share), None),
        "jobs": _outcome(with_limits(jobs), draw(share), None, deadweight=ILL | {"share": "12.5 %"}),
        "way": _outcome(way | {"counts": "other"} if kind.monotone else with_limits(way), draw(share), None),
        "homes": _outcome(homes, draw(share), None),
    }


@st.composite
def _terms(draw: st.DrawFn, kind: Class, basis: str, floor: str) -> dict[str, Any]:
    carry = ["excess"] if kind.monotone else ["none", "unused", "excess"]
    caps = []
    for scope in SCOPES[:4] if kind.monotone else SCOPES:
        for per in ("budget_year", "contract"):
            if draw(st.integers(0, 3)) == 0:
                yearly = {"per": per, "carry_over": draw(st.sampled_from(carry))} if per == "budget_year" else {}
                caps.append(ILL | scope | yearly | {"maximum": _money(draw(st.integers(34, 1_500)))})
    premiums: list[dict[str, Any]] = [{"rate": "0 %"}, {"rate": "33.3 %"}, {"kind": "after_capital"}]
    premium = draw(st.sampled_from(premiums))
    if draw(st.booleans()) and not kind.monotone:
        premium = premium | {"condition": {"outcome": "steps", "at_least": "3 %"}}
    capital: dict[str, Any] = ILL | {
        "drawdowns": [
            {"investor": "fund", "dated": "2024-01-02", "amount": _money(draw(st.integers(1, 800)))},
            {"investor": "fund", "dated": "2026-06-01", "amount": _money(draw(st.integers(1, 300)))},
            {"investor": "bank", "dated": "2024-07-01", "amount": _money(draw(st.integers(1, 300)))},
        ]
    }
    limited = draw(st.booleans()) if kind.returns is None else kind.returns
    if limited and not kind.monotone:
        capital["returns"] = ILL | {"maximum": draw(st.sampled_from(["0 %", "3 %", "15 %"]))}
    found: dict[str, Any] = {"caps": caps, "premium": ILL | premium, "capital": capital, "basis": basis, "floor": floor}
    if kind.floors and draw(st.booleans()):
        leasts = [{"minimum": "33.33 DKK"}, {"share_of_capital": "40 %"}, {"return": "2 %"}]
        least = draw(st.sampled_from(leasts[:2] if kind.monotone else leasts))
        title = {"da": "Mindst", "en": "Least"}
        row = ILL | least | {"id": "least", "title": title, "payer": "region", "recipient": "fund"}
        found["floors"] = [row | {"due": draw(st.sampled_from(RUN))}]
    if draw(st.booleans()):
        found["on_account"] = ILL | {"share": draw(st.sampled_from(["50 %", "77.7 %"])), "final": "4"}
    if draw(st.booleans()) and not kind.monotone:
        found["person_maximum"] = "120 DKK"
    return found


@st.composite
def agreements(draw: st.DrawFn, kind: Class = WHOLE) -> Agreement:
    """An agreement of that class."""
    basis = draw(st.sampled_from(["cumulative", "per_period"]))
    floor = draw(
        st.sampled_from(["running_total", "each_period", "none"] if kind.negative else ["running_total", "each_period"])
    )
    outcomes = draw(_effects(kind, floor)) | draw(_counted(kind))
    terms = draw(_terms(kind, basis, floor))
    if kind.few:
        # Gates and conditions look at `steps`.
        kept = {"steps", draw(st.sampled_from(EFFECTS)), draw(st.sampled_from(COUNTED))}
        outcomes = {name: outcome for name, outcome in outcomes.items() if name in kept}
        terms["caps"] = [cap for cap in terms["caps"] if cap.get("outcome", "steps") in kept]
    if "person_maximum" in terms:
        outcomes.pop("jobs", None)  # brackets know no price of one person's unit
    return said({"outcomes": outcomes, "terms": terms})


def said(given: Mapping[str, Any]) -> Agreement:
    """The agreement with these outcomes and terms; without a fault."""
    titled = {
        name: outcome | {"title": {"da": f"Udfald {name}", "en": name}} for name, outcome in given["outcomes"].items()
    }
    found = Agreement.model_validate(
        ILL_FILE
        | {"outcomes": titled}
        | {"terms": ILL | TERMS | given["terms"]}
    )  # fmt: skip
    wrong = faults(found)
    assert wrong == []
    return found


TERMS = {
    "currency": "DKK", "basis": "cumulative", "floor": "running_total", "uncertainty": "point_estimate",
    "negative_difference": "claw_back", "caps": [], "premium": ILL | {"rate": "0 %"},
    "indices": {"costs": ILL | {"title": "Costs", "base": "103", "values": [
        {"from": "2024-01-01", "value": "103"}, {"from": "2026-01-01", "value": "104.9"}]}},
}  # fmt: skip


def _period(number: int) -> dict[str, str]:
    start, end = 2023 + number, 2024 + number
    days = {"from": f"{start}-01-01", "to": f"{end}-01-01", "run_after": f"{end}-02-01", "data_due": f"{end}-02-28"}
    return days | {"id": str(number), "pay_by": f"{end}-04-01", "budget_year": f"b{max(number, 2)}"}


ILL_FILE: dict[str, Any] = {
    "schema": "maalbar/1", "id": "law", "name": "Law", "summary": "Drawn for a law.", "sources": {},
    "status": ILL | {"state": "signed", "body": "board", "dated": "2023-01-01", "terms": "agreed"},
    "parties": {
        name: ILL | {"name": name, "roles": [role], "approvers": [{"user": name, "name": name, "authority": "board"}]}
        for name, role in {"region": "payer", "town": "payer", "fund": "investor", "bank": "investor"}.items()
    },
    "calendar": ILL | {"timezone": "Europe/Copenhagen", "periods": [_period(number) for number in range(5)]},
}  # fmt: skip

Results = dict[tuple[str, str], Result]
improvements = st.decimals("-0.2", "0.2", places=3)
savings = st.decimals("-300", "900", places=2)


@st.composite
def claims(draw: st.DrawFn, outcome: str, period: str) -> Result:
    days = st.dates(date(2023 + int(period), 1, 1), date(2023 + int(period), 12, 31))
    quantity = st.sampled_from([Decimal(1), Decimal(1), Decimal("0.5"), Decimal(3)])
    one = st.builds(
        Claim,
        quantity=st.just(Decimal(1)) if outcome == "way" else quantity,
        person=st.sampled_from(PERSONS),
        dated=days,
        milestone=st.sampled_from(["in", "on"]) if outcome == "way" else st.none(),
        state=st.sampled_from(["verified", "verified", "claimed"]),
    )
    return Result(claims=tuple(draw(st.lists(one, max_size=6))))


@st.composite
def measured(draw: st.DrawFn, *, may_miss: bool = True) -> Results:
    """A result for every period and outcome."""
    found: Results = {}
    for period in RUN:
        for outcome in (*EFFECTS, *COUNTED):
            if may_miss and draw(st.integers(0, 7)) == 0:
                found[period, outcome] = Result(not_measurable="few_events: treated_after; 10")
            elif outcome in COUNTED:
                found[period, outcome] = draw(claims(outcome, period))
            else:
                figure = savings if outcome == "saved" else improvements
                found[period, outcome] = Result(draw(figure), draw(figure))
    return found
