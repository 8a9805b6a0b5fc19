"""What is held for research or statistics decides about no one: a price on persons is refused there, one on groups is not."""

from __future__ import annotations

import pytest

from maalbar.contract import ContractFaults
from maalbar.contract.checks import faults
from tests.conftest import TINY

PLANS = "outcomes.action_plans.price"
BY_PERSON = {"kind": "rate_card", "amount": "1_000 DKK", "counts": "persons", "min_units": "5", "source": "minutes"}


def _faults(write, **changed: str) -> list[str]:
    """The lines of the faults of the tiny contract with these purposes."""
    changes: dict = {f"deliveries.{name}.purpose": purpose for name, purpose in changed.items()}
    try:
        write(changes, is_signed=False)
    except ContractFaults as error:
        return error.lines
    return []


@pytest.mark.parametrize("purpose", ["research", "statistics"])
def test_claims_are_not_paid_from_data_held_for_research_or_statistics(tiny_contract, investments, purpose):
    (line,) = _faults(tiny_contract, claims=purpose)
    file = investments / "tiny.yaml"
    place = file.read_text().splitlines().index("  action_plans:") + 1
    number = next(i for i, text in enumerate(file.read_text().splitlines()[place:], place + 1) if text == "    price:")
    assert line == (
        f"{file}:{number}: {PLANS}: pays for persons from `deliveries.claims`, which is held for {purpose} and may not decide "
        "about one person — pay on an effect between groups, or count from a source held for administration or with consent"
    )


@pytest.mark.parametrize("purpose", ["administration", "consent"])
def test_they_are_paid_from_data_held_for_administration_or_with_consent(tiny_contract, purpose):
    assert _faults(tiny_contract, claims=purpose) == []


@pytest.mark.parametrize("source", ["population", "benefits"])
def test_nor_may_such_data_say_who_brings_a_payment(tiny_contract, source):
    (line,) = _faults(tiny_contract, **{source: "research"})
    assert f"{PLANS}: pays for persons from `deliveries.{source}`, which is held for research" in line


@pytest.mark.parametrize("source", ["contacts", "billed", "surveys", "services"])
def test_an_effect_between_groups_may_rest_on_them(tiny_contract, source):
    assert _faults(tiny_contract, **{source: "statistics"}) == []


def test_nothing_is_said_of_what_is_not_paid(tiny_contract):
    changes = {"deliveries.claims.purpose": "research", PLANS: {"kind": "none", "source": "minutes"}}
    assert tiny_contract(changes | {"outcomes.action_plans.payments": None}).deliveries["claims"].purpose == "research"


@pytest.mark.parametrize(
    "price",
    [BY_PERSON, {"kind": "pro_rata", "target": "100 units", "maximum": "1_000 DKK", "source": "minutes"},
     {"kind": "brackets", "counts": "other", "brackets": [{"amount": "5 DKK"}], "source": "minutes"}],
    ids=lambda price: str(price["kind"]),
)  # fmt: skip
def test_every_price_on_a_count_of_claims_is_on_persons(tiny_contract, price):
    with pytest.raises(
        ContractFaults, match=r"outcomes\.action_plans\.price: pays for persons from `deliveries\.claims`"
    ):
        tiny_contract({PLANS: price, "deliveries.claims.purpose": "statistics"}, is_signed=False)


def test_the_shipped_and_the_tiny_contract_have_no_such_fault(pilot, tiny):
    assert TINY.is_file()
    assert [fault for contract in (pilot, tiny) for fault in faults(contract) if "pays for persons" in fault.what] == []
