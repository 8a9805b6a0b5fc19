"""A correction after an erasure moves the difference of new and old, both without the person; what was paid for them stands.

Ten treated and ten compared persons, one contact each in the two years before. In the followed year every compared person has
two contacts; of the treated, four had one. Each contact more or less is known, so every amount is worked out in the test.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from maalbar import results
from maalbar.database import transaction
from maalbar.flow import correct, erase, intake, settle
from maalbar.flow.entitle import due
from maalbar.flow.measure import measure
from maalbar.flow.verify import verify
from tests.flow.landing import deliver, known
from tests.flow.measured import booked, paid, settled

pytestmark = pytest.mark.usefixtures("results_database")
TREATED = [f"t{n}" for n in range(10)]
COMPARED = [f"c{n}" for n in range(10)]
HEAD = "person;contact;began;ended;priority;form;unit;system\n"


@pytest.fixture
def contract(tiny_contract):
    """10 % fewer contacts are worth 100,000 kr. in all, half of it in each of two periods; no cap binds."""
    return tiny_contract(
        {
            "cohort.eligibility.benefit_codes": None,
            "quality.small_cell": "1",
            "outcomes.contacts.price": {
                "kind": "pro_rata",
                "target": "100 %",
                "maximum": "1_000_000 DKK",
                "source": "minutes",
            },
            "terms.caps": [{"maximum": "1_000_000 DKK", "source": "minutes"}],
            "mandates": None,
        }
    )


def _people() -> str:
    head = "person;sex;born;area;moved_in;moved_out;died;emigrated;care_home\n"
    areas = [("north" if n % 2 else "east") for n in range(10)] + [("south" if n % 2 else "west") for n in range(10)]
    return head + "".join(
        f"{person};F;1950-01-01;{area};2010-01-01;;;;0\n"
        for person, area in zip(TREATED + COMPARED, areas, strict=True)
    )


def _contacts(after: dict[str, int]) -> str:
    rows = [
        f"{person};b-{person};2020-10-01 10:00;2020-10-01 11:00;ATA1;ALCA00;u;LPR3\n" for person in TREATED + COMPARED
    ]
    for person, count in after.items():
        rows += [
            f"{person};a{n}-{person};2021-10-{n + 1:02} 10:00;2021-10-{n + 1:02} 11:00;ATA1;ALCA00;u;LPR3\n"
            for n in range(count)
        ]
    return HEAD + "".join(rows)


def _change(treated: int, of_treated: int, compared: int, of_compared: int) -> Decimal:
    """Difference in differences of rates as a ratio: (after over before of the treated) over that of the compared, less 1.

    Everyone had one contact in two years before; rates are per person-year, and all live all the time.
    """
    before_t, before_c = Decimal(of_treated) / (2 * of_treated), Decimal(of_compared) / (2 * of_compared)
    ratio_t = Decimal(treated) / of_treated / before_t
    ratio_c = Decimal(compared) / of_compared / before_c
    return round(ratio_t / ratio_c - 1, 6)


def _owed(change: Decimal) -> int:
    """Whole øre of the first of two periods: half of 1,000,000 kr. at full effect."""
    return round(-change * 500_000 * 100)


def _sum_of(contract: Any) -> int:
    return sum(amount for *_, amount in booked(contract))


def _took_part(contract) -> None:
    deliver(contract, text=_people())
    deliver(contract, "contacts", text=_contacts(AFTER))
    intake.take_in(contract.id, "1")
    measure(contract.id, "1")
    settled(contract, "1")


AFTER = dict.fromkeys(COMPARED, 2) | dict.fromkeys(TREATED[:4], 1)
"""Contacts in the followed year: 20 of the compared, 4 of the treated."""


def _corrected(contract) -> str:
    """A corrected file of contacts, as the sender has it: one more contact, and the erased is in it still."""
    before = [row["sha256"] for row in known(contract) if row["source"] == "contacts"][-1]
    deliver(contract, "contacts", text=_contacts(AFTER | {"t5": 1}), name="corrected", supersedes=before)
    new = intake.take_in(contract.id, "1")[-1]
    done = correct.correct(contract.id, correct.substitutions_for(contract.id, new), "Hanne Hansen", "one more")
    return done.revisions["1"]


def _effect(measurement: str) -> Decimal:
    with transaction() as connection:
        rows = results.effects_of(connection, measurement)
    return next(row["change"] for row in rows if row["outcome"] == "contacts" and row["basis"] == "cumulative")


def test_what_is_worked_out_here_is_what_is_measured_and_paid(contract):
    _took_part(contract)
    assert _effect("tiny|1|r1") == _change(4, 10, 20, 10) == Decimal("-0.8")
    assert _sum_of(contract) == _owed(_change(4, 10, 20, 10)) == 400_000_00


@pytest.mark.fault("F48")
def test_an_erasure_after_the_payment_changes_nothing_paid_and_proposes_nothing(contract):
    _took_part(contract)
    before = booked(contract)
    erase.erase(contract.id, ["t0"], "objection", "Hanne Hansen")
    assert _effect("tiny|1|r1") == Decimal("-0.8"), "what was approved stands"
    assert settle.propose(contract.id, "1") is None
    assert booked(contract) == before
    assert verify(contract.id).settlements == 1


def test_a_correction_moves_new_less_old_both_without_the_person_to_the_oere(contract):
    _took_part(contract)
    erase.erase(contract.id, ["t0"], "objection", "Hanne Hansen")
    revision = _corrected(contract)
    # Without t0, who had one of the four: 3 of nine were seen before, and now t5 makes 4 of nine.
    old, new = _change(3, 9, 20, 10), _change(4, 9, 20, 10)
    assert _effect(revision) == new
    settled(contract, "1")
    moved = sum(amount for settlement, *_, amount in booked(contract) if settlement == 2)
    assert moved == _owed(new) - _owed(old)
    # And not what it would have been with the person in the old figure alone.
    assert moved != _owed(new) - _owed(_change(4, 10, 20, 10))
    assert verify(contract.id).settlements == 2


def test_a_correction_that_corrects_nothing_but_holds_the_person_no_more_moves_nothing(contract):
    _took_part(contract)
    erase.erase(contract.id, ["t0"], "objection", "Hanne Hansen")
    before = [row["sha256"] for row in known(contract) if row["source"] == "contacts"][-1]
    same = _contacts(AFTER).replace("t0;a0-t0;2021-10-01 10:00", "t0;a0-t0;2021-10-01 09:30")
    deliver(contract, "contacts", text=same, name="same", supersedes=before)
    new = intake.take_in(contract.id, "1")[-1]
    correct.correct(contract.id, correct.substitutions_for(contract.id, new), "Hanne Hansen", "a time of the erased")
    assert settle.propose(contract.id, "1") is None


def test_erasures_and_corrections_by_turns_leave_the_sum_of_all_differences(contract):
    _took_part(contract)
    erase.erase(contract.id, ["t0"], "objection", "Hanne Hansen")
    _corrected(contract)
    settled(contract, "1")
    erase.erase(contract.id, ["c0"], "objection", "Hanne Hansen")
    before = [row["sha256"] for row in known(contract) if row["source"] == "contacts"][-1]
    deliver(contract, "contacts", text=_contacts(AFTER | {"t5": 1, "t6": 2}), name="again", supersedes=before)
    new = intake.take_in(contract.id, "1")[-1]
    done = correct.correct(contract.id, correct.substitutions_for(contract.id, new), "Hanne Hansen", "two more")
    assert _effect(done.revisions["1"]) == _change(6, 9, 18, 9)
    settled(contract, "1")
    paid_first = _owed(_change(4, 10, 20, 10))
    first = _owed(_change(4, 9, 20, 10)) - _owed(_change(3, 9, 20, 10))
    second = _owed(_change(6, 9, 18, 9)) - _owed(_change(4, 9, 18, 9))
    # Each difference is rounded by itself to six decimals and to whole øre.
    assert _sum_of(contract) == paid_first + first + second
    assert verify(contract.id).settlements == 3


def test_a_cap_holds_also_over_what_stands(tiny_contract):
    # Paid up to the cap of 400,000 kr.; without t0 the old was 416,666.67 and the new would be 388,888.89.
    contract = tiny_contract(
        {
            "cohort.eligibility.benefit_codes": None, "quality.small_cell": "1", "mandates": None,
            "outcomes.contacts.price": {"kind": "pro_rata", "target": "100 %", "maximum": "1_000_000 DKK", "source": "minutes"},
            "terms.caps": [{"maximum": "400_000 DKK", "source": "minutes"}],
        }
    )  # fmt: skip
    _took_part(contract)
    erase.erase(contract.id, ["t5"], "objection", "Hanne Hansen")
    before = [row["sha256"] for row in known(contract) if row["source"] == "contacts"][-1]
    deliver(contract, "contacts", text=_contacts(AFTER | {"t0": 0}), name="corrected", supersedes=before)
    new = intake.take_in(contract.id, "1")[-1]
    correct.correct(contract.id, correct.substitutions_for(contract.id, new), "Hanne Hansen", "one less")
    # One less of nine treated: 55,555.56 more are owed, and the cap has no room.
    with transaction() as connection:
        found = due(connection, contract)
    assert found.settlement.total == 400_000_00
    assert paid(contract) and found.lines == ()
