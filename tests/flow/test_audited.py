"""What an auditor tried in order to have money moved that nobody agreed to, kept as tests.

The tiny contract pays 100,000 kr. for 10 % fewer contacts over two periods: 5 % in the first is 25,000.
"""

from __future__ import annotations

import pytest
import yaml
from sqlalchemy import text

from maalbar.contract import load_contract
from maalbar.contract.signing import sign
from maalbar.contract.yamlfile import read_yaml
from maalbar.database import transaction
from maalbar.errors import ContractError, StoreDamaged, TermsNotBinding
from maalbar.flow import settle
from maalbar.flow.invoices import standings
from maalbar.flow.verify import verify
from tests.flow.measured import answers, measured, paid, settled
from tests.owner import as_owner

pytestmark = pytest.mark.usefixtures("results_database")
CUT = [
    {"id": "cut", "from_period": "2", "dated": "2022-01-01", "body": "The council", "source": "minutes",
     "changes": {"outcomes.contacts.price.maximum": "10_000 DKK"}}
]  # fmt: skip


def _answered(number: int) -> None:
    settle.record_answers("tiny", number, answers())


def test_no_contract_can_call_itself_a_rehearsal_to_go_unsigned(tiny_contract):
    with pytest.raises(ContractError, match="`tiny` is no rehearsal of `tiny`"):
        tiny_contract({"rehearsal": {"of": "tiny", "shifted_years": "0"}}, is_signed=False)


def test_an_amendment_that_all_have_signed_is_not_undone_by_taking_it_out(tiny_contract, investments):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    before = (investments / "tiny.yaml").read_text()
    data = read_yaml(investments / "tiny.yaml").data
    (investments / "tiny.yaml").write_text(yaml.safe_dump({**data, "amendments": CUT}, sort_keys=False))
    for party in ("region", "town", "fund"):
        sign(investments / "tiny.yaml", party, party.title(), "The board", contract.status.dated.replace(year=2021))
    measured(load_contract(investments / "tiny.yaml"), "2", "0.05")
    assert settle.propose("tiny", "2") is not None
    # The old file, with the old signatures: 100,000 instead of 10,000.
    (investments / "tiny.yaml").write_text(before)
    measured(load_contract(investments / "tiny.yaml"), "2", "0.06")
    number = settle.propose("tiny", "2")["number"]
    _answered(number)
    with pytest.raises(TermsNotBinding, match="not signed by region, town, fund"):
        settle.post("tiny", number)


def test_lines_put_beside_an_approved_proposal_are_not_posted(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    number = settle.propose("tiny", "1")["number"]
    with transaction() as connection:
        connection.execute(
            text(
                "insert into payment_line (contract, number, line, period, outcome, payer, recipient, component, amount_minor)"
                " values ('tiny', :number, 99, '1', 'contacts', 'region', 'fund', 'principal', 99900000)"
            ),
            {"number": number},
        )
    _answered(number)
    with pytest.raises(StoreDamaged, match="its lines are not those approved"):
        settle.post("tiny", number)
    assert paid(contract) == {}


def test_corrections_to_and_fro_after_the_end_never_pay_the_same_kroner_twice(tiny_contract):
    waive = {"terms.negative_difference": "set_off", "terms.left_at_end": "waive", "terms.caps": [], "mandates": []}
    contract = tiny_contract(waive)
    measured(contract, "1", "0.08")
    measured(contract, "2", "0.08")
    settled(contract, "2")
    for effect in ("0.06", "0.08", "0.06", "0.08"):
        measured(contract, "2", effect)
        settled(contract, "2")
    with transaction() as connection:
        moved = sum(s.debt.amount for s in standings(connection, contract, contract.period("2").pay_by))
    # 100,000 × 8/10, once: 80,000.
    assert moved == sum(paid(contract).values()) * 100 == 80_000_00


def test_results_measured_by_another_rule_are_not_paid_on(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    tiny_contract({"cohort.eligibility.min_age": "99"})
    with pytest.raises(TermsNotBinding, match="period 1 was measured by another cohort, window, definition or target"):
        settle.propose("tiny", "1")


def test_a_signature_dated_after_the_answers_does_not_bind_yet(tiny_contract, investments):
    contract = tiny_contract(is_signed=False)
    for party in ("region", "town", "fund"):
        sign(investments / "tiny.yaml", party, party.title(), "The board", contract.status.dated.replace(year=2999))
    measured(contract, "1", "0.05")
    number = settle.propose("tiny", "1")["number"]
    _answered(number)
    with pytest.raises(TermsNotBinding, match="not signed by region, town, fund"):
        settle.post("tiny", number)


def test_whoever_pays_is_a_party_in_every_period_or_has_a_successor_that_can(tiny_contract):
    with pytest.raises(
        ContractError, match=r"parties\.region: is no party in period 2, and nobody has taken its place"
    ):
        tiny_contract({"parties.region.to": "2022-07-01"}, is_signed=False)
    with pytest.raises(ContractError, match="its successors lead back to it"):
        tiny_contract({"parties.region.to": "2022-07-01", "parties.region.successor": "region"}, is_signed=False)


def test_one_place_is_amended_in_one_way_only(tiny_contract):
    changes = {"terms.caps.0.maximum": "70_000 DKK", "terms.caps.00.maximum": "1 DKK"}
    with pytest.raises(ContractError, match=r"there is nothing at terms\.caps\.00\.maximum"):
        tiny_contract({"amendments": [CUT[0] | {"changes": changes}]}, is_signed=False)
    around = {"terms.premium": {"rate": "5 %", "source": "minutes"}, "terms.premium.rate": "6 %"}
    with pytest.raises(ContractError, match="another path changes what lies around it"):
        tiny_contract({"amendments": [CUT[0] | {"changes": around}]}, is_signed=False)


def test_a_term_that_pays_nothing_may_be_mended_after_settling(tiny_contract):
    measured(tiny_contract(), "1", "0.05")
    settled(tiny_contract(), "1")
    mended = tiny_contract(
        {
            "deliveries.contacts.permission.expires": "2039-12-31",
            "outcomes.contacts.price.target": "10.0 %",
            "parties.bureau.note": "Moved",
        }
    )
    measured(mended, "2", "0.05")
    assert settled(mended, "2")["settlement"] == 2


def test_an_outcome_added_by_an_amendment_is_paid_from_its_period_on(tiny_contract):
    more = {
        "title": {"da": "Flere planer", "en": "More plans"}, "indicator": "action_plans@1", "estimator": "count",
        "better": "higher", "source": "minutes",
        "price": {"kind": "rate_card", "amount": "500 DKK", "counts": "other", "source": "minutes"},
        "payments": [{"payer": "town", "recipient": "fund", "share": "100 %"}],
    }  # fmt: skip
    contract = tiny_contract({"amendments": [CUT[0] | {"changes": {"outcomes.more": more}}]})
    for period in ("1", "2"):
        measured(contract, period, None, plans=2)
    with as_owner() as connection:
        connection.execute(
            text(
                "insert into effect_estimate (measurement_id, outcome, basis, units)"
                " select measurement_id, 'more', basis, units from effect_estimate where outcome = 'action_plans'"
            )
        )
    settled(contract, "2")
    # Two plans at 1,000 in each period, and in the second two more at 500.
    assert paid(contract) == {(1, "1", "town"): 2_000, (1, "2", "town"): 3_000}


def test_a_settlement_cannot_be_taken_out_again_once_a_statement_was_issued(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    with as_owner() as connection:
        connection.execute(
            text("insert into statement values ('tiny', 1, '1', 'pdf', repeat('0', 64), 'tiny__opgoerelse-1.pdf')")
        )
        for table in ("ledger_leg", "ledger_entry", "proposal"):
            connection.execute(text(f"alter table {table} disable trigger all"))
        connection.execute(text("delete from ledger_leg"))
        connection.execute(text("delete from ledger_entry"))
        connection.execute(text("update proposal set state = 'superseded'"))
    with pytest.raises(StoreDamaged, match="settlement 1: has statements, and is not posted"):
        verify("tiny")


def test_an_approver_who_is_put_in_anothers_place_is_found(tiny_contract):
    contract = tiny_contract()
    measured(contract, "1", "0.05")
    settled(contract, "1")
    with as_owner() as connection:
        connection.execute(text("alter table approval disable trigger all"))
        connection.execute(text("update approval set name = 'Somebody' where party = 'town'"))
    with pytest.raises(StoreDamaged, match="rests on answers that are not those given"):
        verify("tiny")
