"""Two bundles of one period, before and after a correction: whoever subtracts them learns of no few persons."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maalbar.bundle import WITHHELD
from maalbar.definitions import disclosure_profile
from maalbar.flow.bundle_again import RULES, _draft, _key, told_again
from maalbar.flow.cohort_figures import ARMS
from maalbar.flow.disclosed import Disclosed, _cohort
from tests.flow.test_disclosed import STEPS
from tests.transforms.extract.reader import solved

PERIOD, SMALL = "2", 5
PROFILE = disclosure_profile(RULES)


def _measured(deaths: int = 20, entered: int = 100, present: int = 170) -> dict[str, Any]:
    """A cohort of two periods and two waves whose counts add up, for both arms alike; the numbers are those of the treated."""
    windows, attrition, members = [], [], {}
    for arm in ARMS:
        d, e, p = (deaths, entered, present) if arm == "treated" else (30, 200, 340)
        for period, stay in (("1", p - 90), ("2", p)):
            row = {"deaths": d, "emigrated": 6, "censored": 0, "present_at_end": stay, "movers": 0, "crossovers": 0}
            persons = d + 6 + stay
            windows.append({"arm": arm, "window_id": period, "persons": persons, "person_days": persons * 300, **row})
        for wave, n in (("w1", e), ("w2", 90)):
            steps = dict.fromkeys(STEPS, 10) | {"entered": n}
            steps |= {"residents": sum(steps.values()), "known_before": n // 2}
            attrition += [{"arm": arm, "wave": wave, "step": step, "persons": count} for step, count in steps.items()]
        members[arm] = e + 90
    return {"kind": "waves", "members": members, "areas": dict.fromkeys(ARMS, 2), "waves": {}, "windows": windows,
            "attrition": attrition}  # fmt: skip


def _told(contract, cohort, values=(), diagnostics=()) -> Disclosed:
    return Disclosed(list(values), [], list(diagnostics), _cohort(contract, cohort, PERIOD), [])


def _again(contract, before, after) -> Disclosed:
    return told_again(contract, PERIOD, (after, _told(contract, after)), [(before, _told(contract, before))])


def _names(told: Disclosed) -> dict[tuple[str, ...], Any]:
    """Every count of a bundle's cohort as it is told, by its name."""
    found: dict[tuple[str, ...], Any] = {}
    for name in ("members", "deaths"):
        found |= {(name, arm): count for arm, count in told.cohort[name].items()}
    for row in told.cohort["windows"]:
        found |= {(n, row["arm"], row["window_id"]): v for n, v in row.items() if n not in ("arm", "window_id")}
    return found | {(row["step"], row["arm"], row["wave"]): row["persons"] for row in told.cohort["attrition"]}


@pytest.mark.fault("F68")
@given(
    died=st.integers(-4, 4), entered=st.integers(-4, 4), stay=st.integers(-4, 4), first=st.sampled_from([100, 7])
)  # fmt: skip
@settings(max_examples=8)
def test_the_few_who_make_the_difference_cannot_be_solved_from_both_bundles(tiny, died, entered, stay, first):
    before, after = _measured(entered=first), _measured(20 + died, first + entered, 170 + stay)
    one, two = _told(tiny, before), _again(tiny, before, after)
    told = []
    for cohort, bundle in ((before, one), (after, two)):
        draft, _ = _draft(tiny, PERIOD, cohort)
        hidden = {_key(name, PERIOD) for name, count in _names(bundle).items() if count == WITHHELD}
        told.append((draft, hidden | {k for k, q in draft.quantities.items() if not q.is_shown}))
    for k in sorted(set(told[0][0].quantities) & set(told[1][0].quantities)):
        difference = told[1][0].quantities[k].value - told[0][0].quantities[k].value
        if 0 < abs(difference) < SMALL:
            low, high = solved(told, {(1, k): 1, (0, k): -1})
            reach = (low <= 0, high >= SMALL) if difference > 0 else (low <= -SMALL, high >= 0)
            assert all(reach), str(k)


def test_without_the_earlier_bundle_the_difference_would_have_been_told(tiny):
    before, after = _measured(), _measured(deaths=23)
    alone, again = _names(_told(tiny, after)), _names(_again(tiny, before, after))
    assert (alone["deaths", "treated", "1"], _names(_told(tiny, before))["deaths", "treated", "1"]) == (23, 20)
    assert again["deaths", "treated", "1"] == WITHHELD
    assert again["deaths", "comparison", "1"] == 30, "what has not changed is told as before"
    assert "treated" not in _again(tiny, before, after).cohort["person_days"]


def test_what_many_have_changed_is_told_and_the_same_again_is_told_the_same(tiny):
    before = _measured()
    assert _again(tiny, before, copy.deepcopy(before)) == _told(tiny, before)
    many = _names(_again(tiny, before, _measured(entered=160, present=230)))
    assert (many["entered", "treated", "w1"], many["members", "treated"]) == (160, 250)


def _cell(arm: str, window: str, quantity: str, persons: int = 100, outcome: str = "contacts") -> dict[str, Any]:
    numbers = {"persons": persons, "person_years": Decimal(persons), "quantity": Decimal(quantity)}
    rest = dict.fromkeys(("invited", "low", "high", "standardised", "standardised_low", "standardised_high",
                          "standardised_refused"))  # fmt: skip
    cell = {"outcome": outcome, "window_id": window, "arm": arm, "value": Decimal(quantity) / persons}
    return cell | numbers | rest | {"low": Decimal(1)}


@pytest.mark.parametrize(
    ("after", "is_withheld"),
    [
        (_cell("treated", "1", "203"), True),  # three events more
        (_cell("treated", "1", "200", persons=98), True),  # two persons fewer
        (
            _cell("treated", "1", "200") | {"value": Decimal("2.01")},
            True,
        ),  # a mean that nobody knows how many have changed
        (_cell("treated", "1", "260"), False),
        (_cell("treated", "1", "200"), False),
    ],
)
def test_all_cells_of_an_outcome_that_few_have_changed_are_withheld(tiny, after, is_withheld):
    cohort, other = _measured(), _cell("treated", "1", "50", outcome="satisfaction")
    same = [_cell(arm, "b1", "300") for arm in ARMS]
    looked = {"outcome": "contacts", "basis": "period", "name": "check.events", "verdict": "held",
              "figures": {"events_treated": 203, "share": "0.5", "is_even": True}}  # fmt: skip
    old = _told(tiny, cohort, [_cell("treated", "1", "200"), *same, other], [looked])
    new = _told(tiny, cohort, [after, *same, other], [looked])
    told = told_again(tiny, PERIOD, (cohort, new), [(cohort, old)])
    mine = [row for row in told.values if row["outcome"] == "contacts"]
    assert [row["quantity"] == WITHHELD for row in mine] == [is_withheld] * 3
    assert [row["low"] is None for row in mine] == [is_withheld] * 3
    assert told.values[-1] == other
    figures = told.diagnostics[0]["figures"]
    assert figures == looked["figures"] | ({"events_treated": WITHHELD} if is_withheld else {})
