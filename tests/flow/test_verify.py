"""Verify: the ledger is what terms, results and approvals give, and whoever changed anything is found at the first bad place.

5 % fewer contacts in the first period are 25,000 kr. and 8 % over both 80,000 in all: 55,000 more.
"""

from __future__ import annotations

import pytest
from sqlalchemy import text

from maalbar import ledger, proposals, terms
from maalbar.contract import Contract, contract_files, load_contract
from maalbar.database import transaction
from maalbar.errors import MaalbarError, StoreDamaged
from maalbar.flow import settle
from maalbar.flow.verify import verify
from tests.conftest import TINY
from tests.flow.measured import measured, settled
from tests.owner import tamper

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def contract(tiny_contract):
    """Two settlements of four entries each: region and town, principal and premium."""
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    measured(contract, "2", "0.08")
    settled(contract, "2")
    return contract


def test_a_sound_ledger_gives_every_settlement_again_and_balances_every_account(contract):
    found = verify(contract.id)
    assert (found.entries, found.settlements, found.files) == (8, 2, 0)
    # 80,000 in all: 60,000 by the region and 20,000 by the town, of which 80,000 / 1.12 is principal. Each part is rounded.
    assert found.accounts["payer/region"] == -60_000_00
    assert found.accounts["payer/town"] == -20_000_00
    assert found.accounts["recipient/fund/principal"] == 53_571_43 + 17_857_14
    assert sum(found.accounts.values()) == 0


def test_what_is_proposed_or_refused_and_not_posted_is_not_asked_for(contract):
    measured(contract, "2", "0.09")
    settle.propose(contract.id, "2")
    assert verify(contract.id).settlements == 2


@pytest.mark.fault("F65")
@pytest.mark.parametrize(
    ("statements", "said"),
    [
        (["delete from ledger_leg where entry = 8", "delete from ledger_entry where entry = 8"], "entry 8: is missing"),
        (["delete from ledger_leg where entry = 5", "delete from ledger_entry where entry = 5"], "entry 5: the hash chain"),
        (["update ledger_leg set amount_minor = amount_minor * 2 where entry = 6"], "entry 6: the hash chain"),
        (["update ledger_entry set amount_minor = amount_minor + 1 where entry = 3"], "entry 3: the hash chain"),
        (["update payment_line set amount_minor = amount_minor + 1 where number = 1 and line = 2"],
         "entry 2: is not the line that was approved"),
        (["delete from payment_line where number = 2 and line = 4"], "entry 8: has no line that was approved"),
        (["update proposal set state = 'superseded' where number = 2"], "entry 5: belongs to no posted settlement"),
        (["update proposal set through = '1', digest = repeat('0', 64) where number = 2"],
         "entry 5: is not the line that was approved"),
        (["update effect_estimate set improvement = 0.04 where measurement_id = 'tiny|1|r1' and outcome = 'contacts'"],
         r"measurement tiny\|1\|r1: its results are not what was hashed"),
        (["update effect_estimate set p_value = 0.01 where measurement_id = 'tiny|2|r1' and outcome = 'satisfaction'"],
         r"measurement tiny\|2\|r1: its results are not what was hashed"),
        (["update effect_estimate set improvement = 0.04 where measurement_id = 'tiny|1|r1' and outcome = 'contacts'",
          "update measured set form = 1"],
         "settlement 1: terms and results do not give its lines again"),
        (["delete from measured where measurement_id = 'tiny|2|r1'"], "settlement 2: its digest is not that"),
        (["delete from approval where number = 2 and party = 'town'"], "settlement 2: is posted, and town has not approved it"),
        (["update approval set answer = 'reject' where number = 1 and party = 'fund'"],
         "settlement 1: is posted, and fund has not approved it"),
        (["update approval set digest = repeat('0', 64) where number = 1 and party = 'fund'"],
         "settlement 1: is posted, and fund has not approved it"),
        (["update terms set body = json_build_object('id', 'tiny')"], "terms .* of tiny: cannot be read by this version"),
    ],
)  # fmt: skip
def test_what_someone_changed_past_every_guard_is_named_at_the_first_bad_place(contract, statements, said):
    tamper(*statements)
    with pytest.raises(MaalbarError, match=said):
        verify(contract.id)


def _forge(contract: Contract, amount: str) -> None:
    """Change an amount of the first settlement with every hash and digest made anew, as a patient forger would."""
    tamper(
        f"update payment_line set amount_minor = {amount} where number = 1 and line = 1",
        f"update ledger_entry set amount_minor = {amount} where entry = 1",
        f"update ledger_leg set amount_minor = {amount} * sign(amount_minor) where entry = 1",
    )
    with transaction() as connection:
        rows, head = ledger.entries(connection, contract.id), ledger.GENESIS
    for row in rows:
        row["previous_hash"] = head
        head = ledger._hash(row, ledger.legs_of(row))
        tamper(
            f"update ledger_entry set previous_hash = '{row['previous_hash']}', hash = '{head}' where entry = {row['entry']}"
        )


def test_a_forger_who_makes_the_whole_chain_anew_is_found_by_the_digest_that_people_approved(contract):
    _forge(contract, "1_000_00".replace("_", ""))
    with transaction() as connection:
        assert ledger.verify(connection, contract.id) == 8, "the chain alone does not tell"
    with pytest.raises(
        StoreDamaged, match="settlement 1: its digest is not that of its terms, results, lines and place"
    ):
        verify(contract.id)


@pytest.mark.fault("F55")
def test_a_settlement_is_held_against_the_terms_it_was_made_under_and_not_against_todays(contract, tiny_contract):
    changed = tiny_contract({"terms.premium.rate": "5 %", "outcomes.contacts.price.maximum": "90_000 DKK"})
    assert changed.digest != contract.digest
    assert verify(contract.id).settlements == 2
    tamper("delete from terms")
    with pytest.raises(StoreDamaged, match="are not kept, and the file says something else"):
        verify(contract.id)


def test_kept_terms_that_someone_changed_do_not_give_their_hash(contract):
    tamper("update terms set body = replace(body::text, '80_000 DKK', '90_000 DKK')::json")
    with pytest.raises(StoreDamaged, match="do not give the hash they are kept under"):
        verify(contract.id)


def test_where_the_terms_were_not_kept_a_file_that_says_the_same_will_do(contract):
    tamper("delete from terms")
    assert verify(contract.id).settlements == 2


def test_terms_are_kept_once_and_read_back_the_same(contract, tiny_contract):
    with transaction() as connection:
        assert connection.scalar(text("select count(*) from terms")) == 1
        again = terms.settled_under(connection, contract.digest, tiny_contract({"terms.premium.rate": "5 %"}))
    assert (again, again.digest) == (contract, contract.digest)


@pytest.mark.parametrize("path", [*contract_files(), TINY], ids=lambda path: path.stem)
def test_every_shipped_contract_comes_back_from_its_kept_terms_with_the_same_digest_and_order(path):
    contract = load_contract(path)
    with transaction() as connection:
        terms.keep(connection, contract)
        terms.keep(connection, contract)
        body = connection.scalar(text("select body from terms"))
        again = terms.settled_under(connection, contract.digest, contract)
    assert (again, again.digest) == (contract, contract.digest)
    assert list(body["outcomes"]) == list(contract.outcomes), "and in the order of the file"


def test_an_approval_is_of_the_digest_that_was_posted(contract):
    with transaction() as connection:
        for number in (1, 2):
            digest = proposals.get(connection, contract.id, number)["digest"]
            assert {a["digest"] for a in proposals.answers(connection, contract.id, number)} == {digest}
            assert {
                e["proposal_digest"] for e in ledger.entries(connection, contract.id) if e["settlement"] == number
            } == {digest}
