"""What a yearly report may tell of counts: no few, no rate that gives them away, and nothing that two reports give together."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from maalbar.bundle import WITHHELD
from maalbar.contract import load_contract
from maalbar.flow.evidence import Evidence
from maalbar.flow.yearly_counts import Figures, counts_draft, public_figures, public_profile, shown, worth_rests_on
from maalbar.settings import PROJECT
from maalbar.suppressed import SUPPRESSED
from transforms.disclosure import Key, Quantity, Ratio, Released, audit, draft, key
from transforms.disclosure.needs import Need, Variable

CONTRACT = load_contract(PROJECT / "investments" / "plads_til_forskel.yaml")
ACUTE, LIFE = "acute_contacts", "life_satisfaction"
YEAR = 365


def evidence(
    *, members: int = 1003, entered: dict[str, int] | None = None, deaths: Any = 41, events: Any = 503, with_any: int = 300,
    answers: int = 451, invited: Any = 980, settlement: int = 1,
) -> Evidence:  # fmt: skip
    """Period 1 of the first contract, with so much in the treated arm; the comparison has plenty."""
    cohort = {
        "kind": "waves",
        "members": {"treated": members, "comparison": 2900},
        "attrition": [
            {"arm": "treated", "wave": wave, "step": "entered", "persons": persons}
            for wave, persons in (entered or {"w1": members}).items()
        ],
        "windows": [
            {"arm": arm, "window_id": "1", "persons": persons, "deaths": died, "person_days": 900 * YEAR}
            for arm, persons, died in (("treated", 980, deaths), ("comparison", 2880, 118))
        ],
    }
    values = [
        _value(ACUTE, "treated", persons=980, quantity=events, with_any=with_any),
        _value(ACUTE, "comparison", persons=2880, quantity=1500, with_any=900),
        _value(LIFE, "treated", persons=answers, invited=invited),
        _value(LIFE, "comparison", persons=1400, invited=2800),
    ]
    return Evidence(
        contract=CONTRACT, proposal={"number": settlement}, lines=[], measurements={"1": {"cohort": cohort}}, effects={"1": []},
        values={"1": values}, diagnostics={"1": []}, steps=(), entries=[], answers=[], deliveries=[], throughs={},
    )  # fmt: skip


def _value(
    outcome: str, arm: str, *, persons: int, quantity: Any = None, with_any: Any = None, invited: Any = None
) -> Any:
    return {
        "outcome": outcome, "window_id": "1", "arm": arm, "persons": persons, "person_days": 900 * YEAR,
        "quantity": quantity, "persons_with_any": with_any, "invited": invited,
    }  # fmt: skip


def told(given: Evidence, *earlier: Released) -> Figures:
    figures, _ = public_figures(given, "1", earlier)
    return figures


def of(measure: str, **at: str) -> Key:
    return key(measure, {"arm": "treated"} | at)


RATE, DEATHS = of("rate", outcome=ACUTE, window="1"), of("mortality", window="1")
RESPONSE, FOLLOWED = of("response", outcome=LIFE, window="1"), of("followed", until="1")


def test_a_rate_is_of_counts_to_the_nearest_five():
    figures = told(evidence())
    # 503 contacts are told as 505: 505 × 365.25 / (900 × 365) = 0.5615; 41 deaths as 40: 100 × 40 × 365.25 / (900 × 365) = 4.45.
    assert figures[RATE] == Decimal("0.56")
    assert figures[DEATHS] == Decimal("4.4")
    # 451 answers of 980: 450 / 980 = 45.9 %.
    assert figures[RESPONSE] == Decimal(46)
    assert figures[FOLLOWED] == 1003


def test_how_many_answered_is_open_by_as_much_as_the_profile_asks_and_no_more_than_the_percentage_leaves():
    # 46 % of 980, whom readers know of: 45.5 to 46.5 % are 445.9 to 455.7, so 450 or 455, which are 448 to 457 answers.
    given = counts_draft(evidence(), "1")
    answers = key("answers", {"arm": "treated", "outcome": LIFE, "window": "1"})
    asked = Need(((Variable(answers, 451), 1),), 448, 457, "few")
    (found,) = audit(given, public_profile(CONTRACT), (), wanted=[asked])
    assert (found.low, found.high) == (448, 457)
    assert found.high - found.low >= public_profile(CONTRACT).protected_to


def test_a_rate_leaves_everything_open_where_readers_are_not_taken_to_know_what_it_is_divided_by():
    answers, invited, response = key("answers"), key("invited"), key("response")

    def told(is_known: bool):
        return draft(
            Quantity(answers, 451, is_shown=False),
            Quantity(invited, 980, is_shown=False, is_known=is_known),
            Ratio(response, answers, invited, Decimal(100), digits=0, is_share=True),
        )

    asked = Need(((Variable(answers, 451), 1),), 0, 451, "few")
    high = {k: audit(told(k), public_profile(CONTRACT), (), wanted=[asked])[0].high for k in (True, False)}
    assert high[True] == 457 and high[False] > 2 * 980


@pytest.mark.fault("F67")
@pytest.mark.parametrize("few", [1, 4])
def test_what_rests_on_one_to_four_persons_is_withheld(few):
    assert told(evidence(deaths=few))[DEATHS] is SUPPRESSED
    assert shown(told(evidence(events=few, with_any=few)), RATE) is SUPPRESSED
    assert told(evidence(answers=980 - few))[RESPONSE] is SUPPRESSED, "few who did not answer are few as well"
    assert shown(told(evidence(events=500, with_any=few)), RATE) is SUPPRESSED, "many contacts of few persons"


@pytest.mark.fault("F69")
def test_that_nobody_died_is_withheld_for_it_tells_of_everybody():
    assert told(evidence(deaths=0))[DEATHS] is SUPPRESSED


def test_the_worth_is_withheld_with_the_count_that_it_tells():
    rests_on = worth_rests_on(ACUTE, "1")
    assert told(evidence())[rests_on] == 503
    assert told(evidence(events=4, with_any=4))[rests_on] is SUPPRESSED


def test_what_a_measuring_room_withheld_stays_withheld():
    figures = told(evidence(deaths=WITHHELD, invited=WITHHELD))
    assert shown(figures, DEATHS) is SUPPRESSED and shown(figures, RESPONSE) is SUPPRESSED
    assert shown(figures, DEATHS, is_measured=False) is None


def test_a_wave_of_few_is_not_told_by_the_growth_of_all():
    assert told(evidence(members=1003, entered={"w1": 900, "w2": 103}))[FOLLOWED] == 1003
    assert told(evidence(members=1003, entered={"w1": 1000, "w2": 3}))[FOLLOWED] == 1003, "one sum alone tells no part"


@pytest.mark.fault("F68")
def test_a_correction_by_few_is_withheld_from_those_who_have_read_the_report_before():
    _, first = public_figures(evidence(), "1", [])
    assert told(evidence(members=1005, settlement=2), first)[FOLLOWED] is SUPPRESSED
    assert told(evidence(members=1103, settlement=2), first)[FOLLOWED] == 1103
    assert told(evidence(settlement=2), first)[FOLLOWED] == 1003, "what has not changed is told again"


def test_a_limit_of_the_contract_that_is_higher_holds():
    strict = CONTRACT.quality.model_copy(update={"small_cell": 45})
    given = evidence()
    assert told(replace(given, contract=CONTRACT.model_copy(update={"quality": strict})))[DEATHS] is SUPPRESSED
