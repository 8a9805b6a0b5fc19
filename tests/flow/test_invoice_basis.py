"""The basis of each invoice: who is invoiced for what, where it goes, and what is missing before it can be sent.

5 % in the first period make 25,000 kr.: 18,750 by the region and 6,250 by the town. Of what comes, 1/1.12 repays capital and
the rest is a premium of 12 %: 18,750 are 16,741.07 and 2,008.93.
"""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from maalbar.database import transaction
from maalbar.errors import SettlementRefused, SetupError
from maalbar.flow import settle
from maalbar.flow.invoice_basis import COLUMNS, invoice_basis
from maalbar.schema import statement
from tests.flow.handed_out import ADMINISTERED, basis_of, ore, rows_of
from tests.flow.measured import measured, settled

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def contract(tiny_contract):
    contract = tiny_contract(ADMINISTERED)
    measured(contract, "1", "0.05")
    settled(contract, "1")
    return contract


def _issued(contract, settlement: int, period: str, sha256: str) -> None:
    row = {"contract": contract.id, "number": settlement, "period": period, "kind": "pdf", "sha256": sha256}
    with transaction() as connection:
        connection.execute(insert(statement), row | {"file_name": f"{contract.id}__opgoerelse-{period}.pdf"})


def test_an_invoice_has_a_row_for_principal_and_one_for_premium_each_with_its_ledger_entry(contract):
    basis = basis_of(contract)[1, "region", "fund"]
    assert (basis.document, basis.amount, basis.entries) == ("Invoice", 18_750_00, (1, 2))
    told = [(r["del"], r["beløb"], r["postering"], r["tekst"]) for r in rows_of(basis.content)]
    assert sorted(told) == [
        ("hovedstol", "16741,07", "2", "Hospitalskontakter, periode 1: hovedstol"),
        ("risikotillæg", "2008,93", "1", "Hospitalskontakter, periode 1: risikotillæg"),
    ]


def test_it_says_where_the_invoice_goes_what_it_is_for_vat_and_when_it_is_due(contract):
    _issued(contract, 1, "1", "ab" * 32)
    row = rows_of(basis_of(contract)[1, "region", "fund"].content)[0]
    assert list(row) == list(COLUMNS)
    assert {name: row[name] for name in ("betaler", "betaler_cvr", "betaler_gln", "ordrereference", "kredsløb")} == {
        "betaler": "The Region",
        "betaler_cvr": "12345674",
        "betaler_gln": "5790000000005",
        "ordrereference": "4711",
        "kredsløb": "sundhed",
    }
    assert (row["modtager"], row["modtager_cvr"]) == ("The Fund", "20000007")
    assert (row["periode_fra"], row["periode_til"], row["budgetår"]) == ("2021-07-01", "2022-06-30", "2022")
    assert (row["momskategori"], row["momsstatus"]) == ("O", "uden for momslovens område")
    assert row["momsbegrundelse"] == "Repayment is no consideration."
    assert (row["forfaldsdato"], row["valuta"]) == ("2022-12-15", "DKK")
    assert (row["opgørelse"], row["opgørelse_sha256"]) == ("tiny__opgoerelse-1", "ab" * 32)
    assert row["advarsel"] == ""


def test_what_an_authority_needs_on_an_invoice_and_nobody_has_said_is_told_and_the_file_is_written_all_the_same(
    contract,
):
    _issued(contract, 1, "1", "ab" * 32)
    basis = basis_of(contract)[1, "town", "fund"]
    assert basis.missing == (
        "betalerens EAN/GLN mangler: en offentlig betaler modtager kun elektronisk faktura",
        "ordre- eller personreference mangler",
        "betalerens CVR mangler",
    )
    assert {row["advarsel"] for row in rows_of(basis.content)} == {"; ".join(basis.missing)}


def test_a_payer_that_is_no_authority_needs_no_gln(tiny_contract):
    contract = tiny_contract(ADMINISTERED | {"parties.town.invoicing": {"public": "false"}})
    measured(contract, "1", "0.05")
    settled(contract, "1")
    assert "betalerens CVR mangler" in basis_of(contract)[1, "town", "fund"].missing
    assert not any("GLN" in text for text in basis_of(contract)[1, "town", "fund"].missing)


def test_where_no_statement_is_issued_and_nothing_is_agreed_every_row_says_so(tiny_contract):
    contract = tiny_contract(ADMINISTERED | {"status.terms": "illustrative"})
    measured(contract, "1", "0.05")
    settled(contract, "1")
    assert basis_of(contract)[1, "region", "fund"].missing == (
        "vilkår er illustrative, ikke aftalt: må ikke sendes",
        "opgørelsen er ikke udstedt",
    )


def test_what_goes_back_is_a_credit_note_whose_own_amounts_are_turned(contract):
    measured(contract, "1", "0.04")
    settled(contract, "1")
    # 25,000 becomes 20,000: the region gets 3,750 back.
    basis = basis_of(contract)[2, "region", "fund"]
    rows = rows_of(basis.content)
    assert (basis.document, basis.amount) == ("CreditNote", -3_750_00)
    assert sum(ore(row["beløb"]) for row in rows) == -3_750_00
    assert sum(ore(row["dokumentbeløb"]) for row in rows) == 3_750_00


def test_what_the_terms_set_off_is_a_row_of_its_own_so_that_the_rows_sum_to_what_is_moved(tiny_contract):
    set_off = {
        "terms.negative_difference": "set_off",
        "terms.left_at_end": "claw_back",
        "terms.caps": [],
        "mandates": [],
    }
    contract = tiny_contract(ADMINISTERED | set_off)
    for period, improvement in (("1", "0.05"), ("1", "0.04"), ("2", "0.04")):
        measured(contract, period, improvement)
        settled(contract, period)
    found = basis_of(contract)
    # 3,750 are posted back and set off; of the next 15,000 to the fund so much is taken, and 11,250 are moved.
    back, next_one = found[2, "region", "fund"], found[3, "region", "fund"]
    assert (back.document, back.amount, next_one.document, next_one.amount) == ("intet", 0, "Invoice", 11_250_00)
    told = {key: [(r["del"], r["beløb"]) for r in rows_of(b.content)][-1] for key, b in found.items()}
    assert told[2, "region", "fund"] == ("modregning", "3750,00")
    assert told[3, "region", "fund"] == ("modregning", "-3750,00")


def test_what_was_set_off_and_is_left_at_the_end_is_a_credit_note_without_an_entry_of_its_own(tiny_contract):
    set_off = {
        "terms.negative_difference": "set_off",
        "terms.left_at_end": "claw_back",
        "terms.caps": [],
        "mandates": [],
    }
    contract = tiny_contract(ADMINISTERED | set_off)
    for period, improvement in (("1", "0.05"), ("1", "0.04"), ("2", None)):
        measured(contract, period, improvement)
        settled(contract, period)
    # The last period cannot be measured and adds nothing; 3,750 are still owed to the region.
    basis = basis_of(contract)[3, "region", "fund"]
    assert (basis.document, basis.amount, basis.entries) == ("CreditNote", -3_750_00, ())
    assert [(row["del"], row["dokumentbeløb"], row["postering"]) for row in rows_of(basis.content)] == [
        ("modregning", "3750,00", "")
    ]


def test_a_payment_to_oneself_is_invoiced_by_nobody(tiny_contract):
    contract = tiny_contract(
        {
            "parties.fund.roles": ["payer", "investor"],
            "outcomes.action_plans.payments.0.payer": "fund",
        }
    )
    measured(contract, "1", "0.05", plans=3)
    settled(contract, "1")
    basis = basis_of(contract)[1, "fund", "fund"]
    assert (basis.document, basis.amount) == ("intern", 3_000_00)
    assert not any("CVR" in text or "GLN" in text for text in basis.missing)


def test_a_change_of_gln_is_no_change_of_terms_and_the_next_invoice_goes_there(contract, tiny_contract):
    changed = ADMINISTERED | {"parties.region.invoicing": {"gln": "5790000000999", "order_reference": "4712"}}
    # What is unsigned is bound by the signatures already seen: the hash is the same.
    now = tiny_contract(changed, is_signed=False)
    assert now.digest == contract.digest
    row = rows_of(basis_of(now)[1, "region", "fund"].content)[0]
    assert (row["betaler_gln"], row["ordrereference"]) == ("5790000000999", "4712")


def test_a_name_that_is_a_formula_is_text(tiny_contract):
    contract = tiny_contract({"parties.town.name": '=HYPERLINK("http://x")', "outcomes.contacts.title.da": "+1"})
    measured(contract, "1", "0.05")
    settled(contract, "1")
    row = rows_of(basis_of(contract)[1, "town", "fund"].content)[0]
    assert (row["betaler"], row["tekst"][:3]) == ('\'=HYPERLINK("http://x")', "'+1")


def test_a_draft_is_refused_and_so_is_what_is_not_there(tiny_contract, tmp_path):
    contract = tiny_contract()
    with pytest.raises(SettlementRefused, match="tiny: nothing is posted — approve and post a proposal first"):
        invoice_basis(contract.id, tmp_path)
    measured(contract, "1", "0.05")
    settle.propose(contract.id, "1")
    with pytest.raises(SettlementRefused, match="nothing is posted"):
        invoice_basis(contract.id, tmp_path)
    with pytest.raises(SettlementRefused, match="tiny settlement 1: it is open and not posted"):
        invoice_basis(contract.id, tmp_path, 1)
    with pytest.raises(SettlementRefused, match="tiny settlement 2: there is none of that number"):
        invoice_basis(contract.id, tmp_path, 2)
    assert not list(tmp_path.glob("*.csv"))


def test_files_are_written_once_with_the_same_bytes_and_none_is_replaced_by_another(contract, tmp_path):
    out = tmp_path / "out"
    found = invoice_basis(contract.id, out)
    assert sorted(path.name for path in out.iterdir()) == [
        "fakturagrundlag__tiny__1__region__fund.csv",
        "fakturagrundlag__tiny__1__town__fund.csv",
    ]
    assert [basis.content for basis in invoice_basis(contract.id, out)] == [basis.content for basis in found]
    (out / found[0].name).write_text("another")
    with pytest.raises(SetupError, match="is there already, and says something else"):
        invoice_basis(contract.id, out, payer="region")


def test_one_payer_alone_can_be_asked_for(contract, tmp_path):
    assert [basis.payer for basis in invoice_basis(contract.id, tmp_path / "out", payer="town")] == ["town"]
    with pytest.raises(SettlementRefused, match="`fund` has nothing to pay — payers are region, town"):
        invoice_basis(contract.id, tmp_path / "out", payer="fund")
