"""Settled is not paid: sent, paid in parts, disputed, overdue; only steps that can follow, and never more than is owed.

5 % in the first period make the region owe 18,750 kr. and the town 6,250, to be paid by 15 December 2022.
"""

from __future__ import annotations

import os
from datetime import date

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from maalbar.database import contract_lock, transaction
from maalbar.errors import InvoiceRefused
from maalbar.flow.invoices import Told, record, standings
from maalbar.schema import invoice_event
from tests.flow.measured import measured, settled
from tests.processes import at_once

pytestmark = pytest.mark.usefixtures("results_database")
BEFORE, PAY_BY, AFTER = date(2022, 12, 1), date(2022, 12, 15), date(2022, 12, 16)


@pytest.fixture
def contract(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    return contract


def _tell(contract, state: str, dated: date = BEFORE, *, payer: str = "region", settlement: int = 1, **more):
    with contract_lock(contract.id) as connection:
        return record(
            connection, contract, settlement, payer, "fund", Told(state, dated, more.pop("by", "Sif"), **more)
        )


def _stand(contract, as_of: date) -> dict[tuple[int, str], tuple[str, int, int]]:
    """(settlement, payer) → (state, paid, left)."""
    with transaction() as connection:
        return {
            (s.debt.settlement, s.debt.payer): (s.state, s.paid, s.left) for s in standings(connection, contract, as_of)
        }


def test_what_is_settled_is_not_sent_and_after_its_day_it_is_overdue(contract):
    unpaid = {"region": (0, 18_750_00), "town": (0, 6_250_00)}
    assert _stand(contract, PAY_BY) == {(1, payer): ("not_sent", *money) for payer, money in unpaid.items()}
    assert _stand(contract, AFTER) == {(1, payer): ("overdue", *money) for payer, money in unpaid.items()}


def test_an_invoice_is_sent_paid_in_parts_and_then_paid(contract):
    assert _tell(contract, "sent").state == "sent"
    part = _tell(contract, "paid", date(2022, 12, 5), amount=10_000_00, reference="giro 1")
    assert (part.state, part.paid, part.left) == ("sent", 10_000_00, 8_750_00)
    assert _stand(contract, AFTER)[1, "region"] == ("overdue", 10_000_00, 8_750_00)
    rest = _tell(contract, "paid", date(2022, 12, 20), reference="giro 2")
    assert (rest.state, rest.paid, rest.left) == ("paid", 18_750_00, 0)
    # The town has paid nothing of its own.
    assert _stand(contract, date(2023, 1, 1)) == {
        (1, "region"): ("paid", 18_750_00, 0),
        (1, "town"): ("overdue", 0, 6_250_00),
    }


def test_how_it_stood_on_a_day_does_not_know_what_came_after(contract):
    _tell(contract, "sent", date(2022, 12, 2))
    _tell(contract, "paid", date(2022, 12, 20))
    assert _stand(contract, BEFORE)[1, "region"] == ("not_sent", 0, 18_750_00)
    assert _stand(contract, PAY_BY)[1, "region"] == ("sent", 0, 18_750_00)
    assert _stand(contract, AFTER)[1, "region"] == ("overdue", 0, 18_750_00)
    assert _stand(contract, date(2022, 12, 20))[1, "region"] == ("paid", 18_750_00, 0)


def test_a_disputed_invoice_is_neither_overdue_nor_paid_until_the_dispute_is_settled(contract):
    _tell(contract, "sent")
    _tell(contract, "disputed", reference="letter of 3 December")
    assert _stand(contract, AFTER)[1, "region"] == ("disputed", 0, 18_750_00)
    with pytest.raises(InvoiceRefused, match="is disputed, and paid cannot follow — settled_dispute can"):
        _tell(contract, "paid", AFTER)
    assert _tell(contract, "settled_dispute", AFTER).state == "overdue"
    assert _tell(contract, "paid", AFTER).state == "paid"


@pytest.mark.parametrize(
    ("steps", "refused", "said"),
    [
        ([], "paid", "is not_sent, and paid cannot follow — sent can"),
        ([], "disputed", "is not_sent, and disputed cannot follow"),
        ([], "settled_dispute", "is not_sent, and settled_dispute cannot follow"),
        (["sent"], "settled_dispute", "is sent, and settled_dispute cannot follow — paid or disputed can"),
        (["sent", "paid"], "disputed", "is paid, and disputed cannot follow — nothing can"),
        (["sent"], "lost", "`lost` is no state — say sent, paid, disputed, settled_dispute"),
    ],
)
def test_only_a_step_that_can_follow_is_taken(contract, steps, refused, said):
    for step in steps:
        _tell(contract, step)
    with pytest.raises(InvoiceRefused, match=said):
        _tell(contract, refused, reference="another")


@pytest.mark.parametrize("amount", [18_750_01, 0, -1])
def test_no_more_is_paid_than_is_owed_and_nothing_is_paid_by_less_than_an_ore(contract, amount):
    _tell(contract, "sent")
    with pytest.raises(InvoiceRefused, match="not above 0 and at most what is left"):
        _tell(contract, "paid", amount=amount)


def test_parts_do_not_sum_to_more_than_is_owed(contract):
    _tell(contract, "sent")
    _tell(contract, "paid", amount=18_000_00)
    with pytest.raises(InvoiceRefused, match="at most what is left"):
        _tell(contract, "paid", amount=750_01, reference="second")
    assert _tell(contract, "paid", amount=750_00, reference="second").state == "paid"


@pytest.mark.parametrize(
    ("told", "said"),
    [
        ({"payer": "bureau"}, "tiny settlement 1, bureau to fund: nothing is owed"),
        ({"settlement": 2}, "nothing is owed"),
        ({"by": " "}, "nobody is named"),
        ({"amount": 5}, "only a payment has an amount"),
    ],
)
def test_what_makes_no_sense_is_refused(contract, told, said):
    with pytest.raises(InvoiceRefused, match=said):
        _tell(contract, "sent", **told)


def test_the_order_is_that_of_the_telling_and_days_do_not_run_backwards(contract):
    _tell(contract, "sent", PAY_BY)
    with pytest.raises(InvoiceRefused, match="dated before what was told last"):
        _tell(contract, "paid", BEFORE)


def test_the_same_told_twice_is_one_event(contract):
    for _ in range(2):
        _tell(contract, "sent")
    for _ in range(2):
        part = _tell(contract, "paid", amount=5_000_00, reference="giro 1")
    assert (part.paid, part.left) == (5_000_00, 13_750_00)
    # Another payment of the same amount on the same day has a reference of its own.
    assert _tell(contract, "paid", amount=5_000_00, reference="giro 2").paid == 10_000_00
    for _ in range(2):
        assert _tell(contract, "paid", reference="giro 3").state == "paid"


def _pay_own_part(contract) -> int:
    return _tell(contract, "paid", amount=10_000_00, reference=f"giro {os.getpid()}").left


def test_payments_told_at_once_do_not_come_to_more_than_is_owed(contract):
    _tell(contract, "sent")
    told = at_once(3, _pay_own_part, contract)
    # Of three times 10,000 one goes into 18,750.
    assert [left for left in told if left == 8_750_00] == [8_750_00]
    assert [type(other) for other in told if other != 8_750_00] == [InvoiceRefused] * 2
    assert _stand(contract, PAY_BY)[1, "region"] == ("sent", 10_000_00, 8_750_00)


def test_a_correction_that_goes_back_is_paid_back_like_any_other_debt(contract):
    measured(contract, "1", "0.04")
    settled(contract, "1")
    # 25,000 becomes 20,000: the fund pays the region 3,750 back.
    with transaction() as connection:
        debts = {(s.debt.settlement, s.debt.payer): s.debt.amount for s in standings(connection, contract, BEFORE)}
    assert debts == {(1, "region"): 18_750_00, (1, "town"): 6_250_00, (2, "region"): -3_750_00, (2, "town"): -1_250_00}
    _tell(contract, "sent", settlement=2)
    back = _tell(contract, "paid", settlement=2)
    assert (back.state, back.paid) == ("paid", 3_750_00)


def test_what_comes_to_nothing_is_no_debt(contract, tiny_contract):
    # More for the first period and as much less for the second: the lines are signed, the sum is nothing.
    measured(contract, "2", "0.08")
    settled(contract, "2")
    measured(contract, "1", "0.06")
    settled(contract, "1")
    assert {settlement for settlement, _ in _stand(contract, BEFORE)} == {1, 2}


def test_the_day_to_pay_by_is_that_of_the_terms_it_was_settled_under(contract, tiny_contract):
    later = tiny_contract({"calendar.periods.1.pay_by": "2022-12-31"})
    assert _stand(later, AFTER)[1, "region"][0] == "overdue"


def test_the_database_itself_refuses_a_payment_without_an_amount_and_an_amount_without_a_payment(contract):
    event = {
        "contract": contract.id, "settlement": 1, "payer": "region", "recipient": "fund", "sequence": 1,
        "dated": BEFORE, "reference": "", "recorded_by": "Sif",
    }  # fmt: skip
    for wrong in ({"state": "paid"}, {"state": "sent", "amount_minor": 1}, {"state": "paid", "amount_minor": 0}):
        with pytest.raises(IntegrityError), transaction() as connection:
            connection.execute(insert(invoice_event), event | wrong)


def test_what_is_set_off_is_no_debt_and_lessens_the_next(tiny_contract):
    contract = tiny_contract(
        {"terms.negative_difference": "set_off", "terms.left_at_end": "claw_back", "terms.caps": [], "mandates": []}
    )
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "1", "0.04")
    settled(contract, "1")
    # 25,000 becomes 20,000: 5,000 are posted back, and nobody pays them.
    assert _stand(contract, PAY_BY) == {
        (1, "region"): ("not_sent", 0, 18_750_00),
        (1, "town"): ("not_sent", 0, 6_250_00),
    }
    measured(contract, "2", "0.04")
    settled(contract, "2")
    # 100,000 × 2/2 × 4/10 = 40,000 is 20,000 more, of which 5,000 are set off: 15,000, three quarters and one.
    assert {key: stood for key, stood in _stand(contract, PAY_BY).items() if key[0] == 3} == {
        (3, "region"): ("not_sent", 0, 11_250_00),
        (3, "town"): ("not_sent", 0, 3_750_00),
    }
