"""How a party is invoiced: numbers with their check digits, a reason for a VAT status, and no part of what is signed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.contract import ContractFaults, load_agreement
from maalbar.contract.versions import terms_hashes
from maalbar.settings import PROJECT

EVERY_KEY = PROJECT / "docs" / "examples" / "every_key.yaml"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"parties.fund.cvr": "12345678"}, "parties.fund.cvr: is no CVR number — write its eight digits"),
        ({"parties.fund.cvr": "DK12345674"}, "parties.fund.cvr: is no CVR number"),
        ({"parties.fund.cvr": "1234567"}, "parties.fund.cvr: is no CVR number"),
        (
            {"parties.town.invoicing": {"gln": "5790000000006"}},
            "parties.town.invoicing.gln: its check digit is not that of",
        ),
        ({"parties.town.invoicing": {"gln": "579000000000"}}, "parties.town.invoicing.gln"),
        ({"parties.fund.invoicing": {"vat": "exempt"}}, "`vat` and `vat_reason` go together"),
        ({"parties.fund.invoicing": {"vat_reason": "a loan"}}, "`vat` and `vat_reason` go together"),
    ],
)
def test_what_would_bounce_is_seen_before_anything_is_invoiced(tiny_contract, changes, said):
    with pytest.raises(ContractFaults) as refused:
        tiny_contract(changes)
    assert any(said in line for line in refused.value.lines)


@given(st.integers(0, 12), st.integers(1, 9))
def test_a_slip_in_any_digit_of_a_gln_is_seen(place, shift):
    """The check digit of GS1 finds every single wrong digit."""
    from stdnum import ean

    right = "5790000000005"
    wrong = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert ean.is_valid(right) and not ean.is_valid(wrong)


def test_how_a_party_is_invoiced_is_no_part_of_what_is_signed(tiny_contract):
    plain = tiny_contract()
    told = tiny_contract({"parties.town.invoicing": {"gln": "5790000000005", "account": "5.46.61"}}, is_signed=False)
    assert terms_hashes(told) == terms_hashes(plain)
    # What is written is kept all the same, beside the terms.
    assert told.said()["parties"]["town"]["invoicing"] == {"gln": "5790000000005", "account": "5.46.61"}


def test_a_cvr_number_is_signed_for_it_says_who_the_party_is(tiny_contract):
    assert tiny_contract({"parties.town.cvr": "12345674"}, is_signed=False).digest != tiny_contract().digest


def test_the_example_has_every_key_of_invoicing():
    parties = load_agreement(EVERY_KEY).parties
    told = {key for party in parties.values() if party.invoicing for key in party.invoicing.model_fields_set}
    assert told == set(type(parties["nordby"].invoicing).model_fields)
