"""Terms are drafted, then signed: a signature is on a hash, and says nothing of terms with another."""

from __future__ import annotations

from datetime import date

import pytest
import yaml

from maalbar.contract import load_contract
from maalbar.contract.signing import sign, standing
from maalbar.contract.versions import terms_hashes, terms_in, unsigned
from maalbar.contract.yamlfile import read_yaml
from maalbar.errors import ContractError

DAY = date(2020, 6, 1)
AMENDMENT = {
    "id": "more",
    "from_period": "2",
    "dated": "2021-03-01",
    "body": "The council",
    "source": "minutes",
    "changes": {"outcomes.contacts.price.maximum": "120_000 DKK"},
}


@pytest.fixture
def file(tiny_contract, investments):
    tiny_contract(is_signed=False)
    return investments / "tiny.yaml"


def test_the_hash_that_is_signed_is_the_hash_of_the_terms(file):
    assert terms_hashes(load_contract(file)) == (load_contract(file).digest,)


def test_a_party_signs_once_and_the_file_says_so(file):
    before = file.read_text()
    digest = sign(file, "region", "Rita Region", 'The "council", æøå', DAY)
    contract = load_contract(file)
    assert contract.digest == digest
    assert [(s.party, s.name, s.authority, s.dated) for s in contract.signatures] == [
        ("region", "Rita Region", 'The "council", æøå', DAY)
    ]
    assert unsigned(contract, 0) == ["town", "fund"]
    assert file.read_text().startswith(before), "what stood in the file stands there unchanged"
    with pytest.raises(ContractError, match="`region` has signed these terms"):
        sign(file, "region", "Rita Region", "The council", DAY)


def test_whoever_does_not_pay_or_receive_does_not_sign(file):
    with pytest.raises(
        ContractError, match="`bureau` neither pays nor receives — those who sign are region, town, fund"
    ):
        sign(file, "bureau", "B", "C", DAY)


def test_a_changed_term_leaves_the_signatures_behind(file):
    for party in ("region", "town", "fund"):
        sign(file, party, party.title(), "The board", DAY)
    assert unsigned(load_contract(file), 0) == []
    assert standing(load_contract(file)) == [f"terms {load_contract(file).digest[:16]}: signed by all"]
    signed = load_contract(file).digest
    file.write_text(file.read_text().replace("maximum: 100_000 DKK", "maximum: 100_001 DKK"))
    changed = load_contract(file)
    assert unsigned(changed, 0) == ["region", "town", "fund"]
    assert f"the signature of town is on other terms ({signed[:16]})" in standing(changed)


def test_an_amendment_leaves_the_signatures_on_the_first_terms_and_needs_its_own(file):
    for party in ("region", "town", "fund"):
        sign(file, party, party.title(), "The board", DAY)
    data = read_yaml(file).data
    data["amendments"] = [AMENDMENT]
    file.write_text(yaml.safe_dump(data, sort_keys=False))
    contract = load_contract(file)
    assert unsigned(contract, 0) == []
    assert unsigned(contract, 1) == ["region", "town", "fund"]
    sign(file, "town", "Town", "The board", DAY)
    assert unsigned(load_contract(file), 1) == ["region", "fund"]


def test_what_holds_in_a_period_is_the_same_whatever_is_amended_later(tiny_contract):
    plain = tiny_contract(is_signed=False)
    amended = tiny_contract({"amendments": [AMENDMENT]}, is_signed=False)
    assert plain.digest != amended.digest
    assert terms_in(plain, "1") == terms_in(amended, "1")
    assert terms_in(plain, "2") != terms_in(amended, "2")
