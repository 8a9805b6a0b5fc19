"""The shipped contracts say what is public of them, and their hash stands for everything they say."""

from __future__ import annotations

import copy
import re
from datetime import date
from decimal import Decimal

import pytest
import yaml

from maalbar import definitions
from maalbar.contract import Contract, load_all, load_contract
from maalbar.contract.model import NOT_TERMS
from maalbar.contract.prices import Unpaid
from maalbar.contract.values import Sourced
from maalbar.contract.yamlfile import read_yaml
from maalbar.money import Money
from maalbar.settings import PROJECT
from maalbar.tables import TABLES

INVESTMENTS = PROJECT / "investments"
KRONER = 100  # øre


@pytest.fixture(scope="module")
def shipped() -> dict[str, Contract]:
    return load_all([INVESTMENTS])


def test_two_contracts_of_different_kinds_are_shipped(shipped):
    pilot, second = shipped["plads_til_forskel"], shipped["viborg_boligsocial"]
    assert {o.price.kind for o in pilot.outcomes.values()} != {o.price.kind for o in second.outcomes.values()}
    assert pilot.period("1").start.month != second.calendar.followed[0].start.month
    assert {d.table for d in pilot.deliveries.values()} != {d.table for d in second.deliveries.values()}


def test_the_contract_on_readmissions_selects_both_arms_on_last_years_use_and_never_falls_back_on_a_fall_alone(shipped):
    third = shipped["genindlaeggelser"]
    use = third.cohort.eligibility.earlier_use
    before = [window for window in third.baseline.windows if window.end == third.cohort.waves[0].entry]
    estimators = {e for o in third.outcomes.values() for e in (o.estimator, *(o.fallback.use if o.fallback else ()))}

    assert (use.indicator, use.at_least, use.months) == ("acute_admissions@2", 2, 12)
    assert [window.window.years for window in before] == [1]  # the months of the selection are a window of the baseline
    assert "before_after" not in estimators
    assert {
        third.status.source,
        *(arm.source for arm in (third.cohort.arms.treated, third.cohort.arms.comparison)),
    } == {"illustrative"}


def test_the_regions_payments_to_the_fund_are_capped_at_3_6_million(pilot):
    caps = {(cap.payer, cap.recipient): cap.maximum for cap in pilot.terms.caps}
    assert caps["region_midtjylland", "den_sociale_investeringsfond"] == Money(3_600_000 * KRONER, "DKK")


def test_there_are_five_followed_years_july_to_june_closing_2027_to_2031(pilot):
    windows = [(period.start, period.end) for period in pilot.calendar.followed]
    assert windows == [(date(year - 1, 7, 1), date(year, 7, 1)) for year in range(2027, 2032)]


def test_each_year_is_paid_on_15_december_of_the_year_it_closes_on_data_cut_31_october(pilot):
    for period in pilot.calendar.followed:
        assert period.pay_by == date(period.end.year, 12, 15)
        assert period.data_due == date(period.end.year, 10, 31)


def test_the_baseline_is_three_aligned_years_before_the_start(pilot):
    windows = [(window.start, window.end) for window in pilot.baseline.windows]
    assert windows == [(date(year, 7, 1), date(year + 1, 7, 1)) for year in (2023, 2024, 2025)]


def test_residents_enter_on_1_july_2026_to_2029_after_six_months_of_residence(pilot):
    assert [wave.entry for wave in pilot.cohort.waves] == [date(year, 7, 1) for year in range(2026, 2030)]
    assert (pilot.cohort.eligibility.residence_months, pilot.cohort.eligibility.min_age) == (6, 60)
    assert pilot.cohort.eligibility.benefit_codes == ("783",)


def test_three_areas_are_compared_with_at_least_twenty(pilot):
    assert len(pilot.cohort.arms.treated.areas) == 3
    assert len(set(pilot.cohort.arms.comparison.areas)) >= 20


def test_the_parties_have_the_parts_the_minutes_give_them(pilot):
    parts = {party_id: set(party.roles) for party_id, party in pilot.parties.items()}
    assert parts["region_midtjylland"] == {"payer", "provider"}
    assert parts["herning_kommune"] == {"payer"}
    assert parts["den_sociale_investeringsfond"] == {"investor"}
    assert parts["landsbyggefonden"] == {"payer", "investor"}
    assert parts["boligplanen"] == {"provider"}


def test_life_satisfaction_is_paid_by_landsbyggefonden_alone(pilot):
    assert {row.payer for row in pilot.outcomes["life_satisfaction"].payments} == {"landsbyggefonden"}


def test_gp_contacts_are_shown_and_never_paid_for_falling(pilot):
    assert isinstance(pilot.outcomes["gp_contacts"].price, Unpaid)


def test_the_risk_capital_is_five_million(pilot):
    drawn = sum(row.amount.minor for row in pilot.terms.capital.drawdowns)
    assert drawn == 5_000_000 * KRONER


def test_the_committee_has_recommended_and_nobody_has_decided(pilot):
    assert (pilot.status.state, pilot.status.dated, pilot.status.terms) == (
        "recommended",
        date(2025, 11, 13),
        "illustrative",
    )
    assert {mandate.state for mandate in pilot.mandates} == {"recommended"}


def test_every_price_target_and_premium_is_marked_as_invented(shipped):
    for contract in shipped.values():
        prices = [o.price for o in contract.outcomes.values() if not isinstance(o.price, Unpaid)]
        assert {price.source for price in prices} == {contract.terms.premium.source} == {"illustrative"}


def test_every_section_that_can_name_a_source_names_one_that_exists(shipped):
    def sources(value: object) -> list[str]:
        parts = value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ()
        if isinstance(value, Sourced) or hasattr(type(value), "model_fields"):
            parts = [getattr(value, name) for name in type(value).model_fields]
        own = [value.source] if isinstance(value, Sourced) else []
        return own + [source for part in parts for source in sources(part)]

    for contract in shipped.values():
        found = sources(contract)
        assert len(found) > 30
        assert set(found) <= set(contract.sources) | {"illustrative"}


def test_every_indicator_is_defined_and_delivered(shipped):
    for contract in shipped.values():
        delivered = {delivery.table for delivery in contract.deliveries.values()}
        counted = {table for o in contract.outcomes.values() for table, _ in definitions.tables_of(o.indicator)}
        assert counted | {"population"} <= delivered


def test_every_delivery_fills_columns_of_its_table(shipped):
    for contract in shipped.values():
        for delivery in contract.deliveries.values():
            known = {*TABLES[delivery.table].columns, "billing_week"}
            assert {*delivery.columns, *delivery.constants, *delivery.codes} <= known


def _leaves(value: object, path: tuple[str | int, ...] = ()) -> list[tuple[str | int, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return (
        [leaf for key, part in items for leaf in _leaves(part, (*path, key))]
        if isinstance(value, (dict, list))
        else [path]
    )


def _changed(text: str) -> str:
    """A value of the same kind, but another one."""
    if re.fullmatch(r"\d{4}-\d\d-\d\d", text):
        return text[:2] + ("8" if text[2] != "8" else "9") + text[3:8] + "01"
    words = {"true": "false", "false": "true", "DKK": "EUR", "lower": "higher", "higher": "lower"}
    number = re.search(r"\d(?=[^\d]*$)", text)
    if text in words or number is None:
        return words.get(text, text + "x")
    return text[: number.start()] + str((int(number[0]) + 1) % 10) + text[number.end() :]


def test_the_hash_changes_with_any_value_that_binds():
    # What explains or records binds nobody; people, and where invoices go, change without new terms.
    # The model is built without the checks between sections, so that every single value can be changed alone.
    data = read_yaml(INVESTMENTS / "plads_til_forskel.yaml").data
    digests = {Contract.model_validate(data).digest}
    tried = 1
    for *way, last in _leaves(data):
        if (*way, last)[0] in NOT_TERMS or {"approvers", "deputies", "invoicing", "planning"} & set(way):
            continue
        changed = copy.deepcopy(data)
        place = changed
        for key in way:
            place = place[key]
        place[last] = _changed(place[last])
        try:
            digests.add(Contract.model_validate(changed).digest)
        except ValueError:
            continue  # another word than the language knows
        tried += 1
    assert len(digests) == tried
    assert tried > 250


def test_the_hash_does_not_change_with_an_approver_a_fact_a_plan_or_a_signature(pilot):
    data = read_yaml(INVESTMENTS / "plads_til_forskel.yaml").data
    data["parties"]["region_midtjylland"]["approvers"][0]["name"] = "Another"
    data["summary"] = "Another"
    data["outcomes"]["acute_contacts"]["planning"]["standard_error"] = "5 %"
    data["signatures"] = [
        {"party": "region_midtjylland", "name": "N", "authority": "A", "dated": "2026-01-01", "terms": "0" * 64}
    ]
    assert Contract.model_validate(data).digest == pilot.digest


def test_the_hash_does_not_change_with_comments_layout_or_order(tmp_path, pilot):
    data = read_yaml(INVESTMENTS / "plads_til_forskel.yaml").data
    path = tmp_path / "plads_til_forskel.yaml"
    path.write_text("# another comment\n" + yaml.safe_dump(data, allow_unicode=True, sort_keys=True), encoding="utf-8")
    assert load_contract(path).digest == pilot.digest


def test_the_hash_does_not_change_with_a_default_that_is_written_out(tiny_contract):
    said = {
        "terms.netting": "gross",
        "terms.floors": [],
        "outcomes.contacts.sharing": "fixed",
        "cohort.arms.treated.values": [],
    }
    assert tiny_contract(said).digest == tiny_contract().digest


def test_the_hash_does_not_change_with_the_way_an_amount_is_written(tiny_contract):
    plain = tiny_contract({"terms.caps.1.maximum": "150_000 DKK", "terms.premium.rate": "12 %"})
    other = tiny_contract({"terms.caps.1.maximum": "150000.00 DKK", "terms.premium.rate": "12.0 %"})
    assert plain.digest == other.digest


def test_a_target_of_ten_percent_is_a_tenth_and_one_of_five_points_is_five(pilot):
    assert pilot.outcomes["acute_contacts"].price.target.value == Decimal("0.1")
    assert pilot.outcomes["health_literacy"].price.target.value == Decimal(5)
