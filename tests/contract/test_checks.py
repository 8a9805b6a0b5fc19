"""What must hold between the sections of a contract: each fault is shown by one small change of a good contract."""

from __future__ import annotations

import pytest

PERIODS = """    - {id: "0", from: 2020-07-01, to: 2021-07-01, run_after: 2021-10-15, data_due: 2021-10-31, pay_by: 2021-12-15}
    - {id: "1", from: 2021-07-01, to: 2022-07-01, run_after: 2022-10-15, data_due: 2022-10-31, pay_by: 2022-12-15}
    - {id: "2", from: 2022-07-01, to: 2023-07-01, run_after: 2023-10-15, data_due: 2023-10-31, pay_by: 2023-12-15}"""
WAVES = """    - {id: w1, entry: 2021-07-01}
    - {id: w2, entry: 2022-07-01}"""
TOWN_PAYS = "- {payer: town, recipient: fund, share: 25 %}"
CAP = "{payer: region, recipient: fund, maximum: 80_000 DKK, source: minutes}"

# (what it shows, the text of the good file, the text in its place, text on the line that is named, fault, remedy)
FAULTS = [
    ("a source that does not exist", "ceiling: 90_000 DKK\n    source: minutes",
     "ceiling: 90_000 DKK\n    source: memory", "source: memory", "mandates.0.source: `memory` is no source",
     "name a key of `sources` or `illustrative`"),
    ("a source that does not exist, deep inside", "maximum: 100_000 DKK, source: minutes",
     "maximum: 100_000 DKK, source: memory", "source: memory", "outcomes.contacts.price.source: `memory` is no source",
     "name a key of `sources` or `illustrative`"),
    ("a payer that nobody answers for", "    approvers: [{user: tom, name: Tom Town, authority: Delegation 3}]\n", "",
     "  town:", "parties.town: a payer or investor without named approvers", "name at least one under `approvers`"),
    ("one login for two parties", "user: fie", "user: tom", "  fund:",
     "parties.fund: the user `tom` also answers for `town`", "let one login answer for one party"),
    ("data due before the run", "run_after: 2023-10-15", "run_after: 2023-11-15", 'id: "2"',
     "calendar.periods.2: period 2 is not in the order to, run_after, data_due, pay_by", "put the dates in that order"),
    ("paid before the data are due", "pay_by: 2023-12-15", "pay_by: 2023-10-30", 'id: "2"',
     "calendar.periods.2: period 2 is not in the order to, run_after, data_due, pay_by", "put the dates in that order"),
    ("run before the window has ended", "run_after: 2023-10-15", "run_after: 2023-06-30", 'id: "2"',
     "calendar.periods.2: period 2 is not in the order to, run_after, data_due, pay_by", "put the dates in that order"),
    ("a gap between two periods", "from: 2022-07-01, to: 2023-07-01", "from: 2022-08-01, to: 2023-07-01", 'id: "2"',
     "calendar.periods.2.from: period 2 does not begin where period 1 ends", "write 2022-07-01"),
    ("two periods that overlap", "from: 2022-07-01, to: 2023-07-01", "from: 2022-06-01, to: 2023-07-01", 'id: "2"',
     "calendar.periods.2.from: period 2 does not begin where period 1 ends", "write 2022-07-01"),
    ("two periods with one id", '{id: "2", from', '{id: "1", from', "  periods:",
     "calendar.periods: two periods have the same id", "give each its own"),
    ("no baseline",
     "windows:\n    - {id: b1, from: 2019-07-01, to: 2020-07-01}\n    - {id: b2, from: 2020-07-01, to: 2021-07-01}",
     "windows: []", "  windows:", "baseline.windows: no baseline window", "give at least one"),
    ("a baseline window that ends before it begins", "from: 2019-07-01, to: 2020-07-01",
     "from: 2019-07-01, to: 2019-06-01", "id: b1", "baseline.windows.0.to: ends before it begins",
     "put `to` after `from`"),
    ("a baseline that reaches into the follow-up", "{id: b2, from: 2020-07-01, to: 2021-07-01}",
     "{id: b2, from: 2020-07-01, to: 2021-08-01}", "id: b2", "baseline.windows.1.to: reaches into the follow-up",
     "end it on 2021-07-01 at the latest"),
    ("a baseline window named as a period", "{id: b2,", '{id: "2",', "from: 2020-07-01, to: 2021-07-01}",
     "baseline.windows.1.id: `2` is also a period", "give the window an id of its own"),
    ("an open cohort with waves", "kind: waves", "kind: open", "kind: open",
     "cohort.kind: a cohort of kind open has no waves", "change `kind` or `waves`"),
    ("waves without a wave", "waves:\n    - {id: w1, entry: 2021-07-01}\n    - {id: w2, entry: 2022-07-01}",
     "waves: []", "kind: waves", "cohort.kind: a cohort of kind waves has at least one wave",
     "change `kind` or `waves`"),
    ("a frozen cohort with two waves", "kind: waves", "kind: frozen", "  waves:",
     "cohort.waves: a frozen cohort has one wave", "use kind `waves`"),
    ("a wave after the last period", "entry: 2022-07-01", "entry: 2023-07-01", "id: w2",
     "cohort.waves.1.entry: lies outside the calendar", "choose a day within the periods"),
    ("a wave before the first period", "entry: 2021-07-01", "entry: 2020-06-30", "id: w1",
     "cohort.waves.0.entry: lies outside the calendar", "choose a day within the periods"),
    ("treated people who live in the baseline", "entry: 2021-07-01", "entry: 2021-01-01", "id: w1",
     "cohort.waves.0.entry: wave w1 enters before baseline window b2 has ended",
     "let it enter on 2021-07-01 or later, or end the window before"),
    ("a unit twice in the list", 'own_units: ["own"]', 'own_units: ["own", "other", "own"]', "own_units",
     "cohort.own_units.2: unit `own` is listed twice", "leave it once"),
    ("an end of follow-up for a score", "contrast: difference\n", "contrast: difference\n    censor: [crossover]\n", "censor",
     "outcomes.satisfaction.censor: answers count by the day they were given, whatever ends the follow-up of other outcomes",
     "remove `censor`"),
    ("a score that is counted", "indicator: action_plans@1", "indicator: life_satisfaction@1", "estimator: count",
     "outcomes.action_plans.estimator: a score is not counted", "use `difference_in_differences`, or count claims"),
    ("answers of those who were never asked", "estimator: difference_in_differences\n    contrast: difference",
     "estimator: historical_baseline\n    contrast: difference", "estimator: historical_baseline",
     "outcomes.satisfaction.estimator: those who would have entered earlier were not asked",
     "use difference_in_differences or another estimator"),
    ("an arm given by nothing", "areas: [south, west]", "areas: []", "    comparison:",
     "cohort.arms.comparison: an arm is given by areas or by an attribute", "give one of the two"),
    ("an arm given twice", "areas: [north, east]", "areas: [north, east]\n      attribute: female", "    treated:",
     "cohort.arms.treated: an arm is given by areas or by an attribute", "give one of the two"),
    ("an area in both arms", "areas: [south, west]", "areas: [south, east]", "areas: [south",
     "cohort.arms.comparison.areas: area east is in both arms", "leave it in one"),
    ("a sender that is no party", "register_name: Survey\n    sender: bureau",
     "register_name: Survey\n    sender: nobody", "sender: nobody", "deliveries.surveys.sender: `nobody` is no party",
     "add it to `parties`"),
    ("a controller that is no party", "empty_allowed: \"true\"\n    legal_basis: Article 6\n    controller: town",
     "empty_allowed: \"true\"\n    legal_basis: Article 6\n    controller: nobody", "controller: nobody",
     "deliveries.claims.controller: `nobody` is no party", "add it to `parties`"),
    ("an effect without a contrast", "    contrast: difference\n", "", "  satisfaction:",
     "outcomes.satisfaction: a contrast belongs to an estimated effect, and only to it", "give or remove `contrast`"),
    ("a count with a contrast", "estimator: count\n", "estimator: count\n    contrast: ratio\n", "  action_plans:",
     "outcomes.action_plans: a contrast belongs to an estimated effect, and only to it", "give or remove `contrast`"),
    ("a price that nobody pays", "    payments:\n      - {payer: town, recipient: fund, share: 100 %}\n", "",
     "  action_plans:", "outcomes.action_plans.payments: payments belong to a price, and a price to payments",
     "give both or neither"),
    ("payments without a price", "price: {kind: rate_card, amount: 1_000 DKK, counts: other, source: minutes}",
     "price: {kind: none, source: minutes}", "    payments:\n      - {payer: town, recipient: fund, share: 100 %}",
     "outcomes.action_plans.payments: payments belong to a price, and a price to payments", "give both or neither"),
    ("a price by the piece on an estimated effect",
     "{kind: pro_rata, target: 10 %, maximum: 100_000 DKK, source: minutes}",
     "{kind: rate_card, amount: 100 DKK, counts: other, source: minutes}", "amount: 100 DKK",
     "outcomes.contacts.price: a rate_card cannot be paid on estimator difference_in_differences",
     "use pro_rata for effects, rate_card for counts"),
    ("a share of an effect on something counted", "{kind: rate_card, amount: 1_000 DKK, counts: other, source: minutes}",
     "{kind: pro_rata, target: 10 points, maximum: 1_000 DKK, source: minutes}", "target: 10 points",
     "outcomes.action_plans.price: a pro_rata cannot be paid on estimator count",
     "use pro_rata for effects, rate_card for counts"),
    ("a ratio with a target in points", "target: 10 %", "target: 10 points", "target: 10 points",
     "outcomes.contacts.price.target: unit points does not fit contrast ratio",
     "a ratio has its target in %, a difference in the unit of the indicator"),
    ("a target of nothing", "target: 10 %", "target: 0 %", "target: 0 %",
     "outcomes.contacts.price.target: a target of nothing", "give the improvement that earns the full price"),
    ("shares that are not the whole", "share: 25 %", "share: 24.5 %", "    payments:\n      - {payer: region",
     "outcomes.contacts.payments: the shares sum to 99.5 %, not 100 %", "change the shares"),
    ("a payer that only evaluates", TOWN_PAYS, "- {payer: bureau, recipient: fund, share: 25 %}", "- {payer: bureau",
     "outcomes.contacts.payments.1.payer: `bureau` is no payer of this contract", "name a party with the role payer"),
    ("a payer that nobody knows", TOWN_PAYS, "- {payer: state, recipient: fund, share: 25 %}", "- {payer: state",
     "outcomes.contacts.payments.1.payer: `state` is no payer of this contract", "name a party with the role payer"),
    ("a recipient that did not invest", TOWN_PAYS, "- {payer: town, recipient: region, share: 25 %}",
     "- {payer: town, recipient: region",
     "outcomes.contacts.payments.1.recipient: `region` is no investor of this contract",
     "name a party with the role investor or intermediary"),
    ("another currency in a price", "amount: 1_000 DKK", "amount: 1_000 EUR", "amount: 1_000 EUR",
     "outcomes.action_plans.price.amount: EUR in a contract in DKK", "use one currency"),
    ("another currency in a mandate", "ceiling: 90_000 DKK", "ceiling: 90_000 EUR", "ceiling: 90_000 EUR",
     "mandates.0.ceiling: EUR in a contract in DKK", "use one currency"),
    ("a negative amount", "maximum: 150_000 DKK", "maximum: -150_000 DKK", "maximum: -150_000 DKK",
     "terms.caps.1.maximum: a negative amount", "write what is paid, and who pays it to whom"),
    ("a cap on a party that nobody knows", "- " + CAP,
     f"- {CAP}\n    - {{payer: state, maximum: 1 DKK, source: minutes}}", "payer: state",
     "terms.caps.1.payer: `state` is no payer of this contract", "name a party with the role payer"),
    ("a cap on a recipient alone", "{maximum: 150_000 DKK", "{recipient: fund, maximum: 150_000 DKK",
     "{recipient: fund", "terms.caps.1.recipient: a cap on a recipient alone", "name the payer too"),
    ("two caps on the same", "- " + CAP, f"- {CAP}\n    - {CAP}", "  caps:",
     "terms.caps: two caps on the same payer and recipient", "keep one"),
    ("capital of a party that does not invest", "{investor: fund, dated: 2022-07-01",
     "{investor: town, dated: 2022-07-01", "{investor: town", "terms.capital.drawdowns.1: `town` is no investor",
     "name a party with the role investor"),
    ("a payer that can pay more than it may", "ceiling: 90_000 DKK", "ceiling: 79_999.99 DKK", "  caps:",
     "terms.caps: `region` can pay more than its mandate of 79_999.99 DKK",
     "add a cap of at most 79_999.99 DKK or have the mandate raised"),
    ("a value of an outcome that has no ratio", "{outcome: contacts, amount", "{outcome: satisfaction, amount",
     "{outcome: satisfaction", "value.units.0.outcome: `satisfaction` is no outcome with a ratio",
     "name one whose units are counted"),
    ("a value borne by more than everyone", "town: 20 %}}", "town: 30 %}}", "town: 30 %",
     "value.units.0.bearers: the shares do not sum to 100 %", "change the shares"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("old", "new", "at", "fault", "remedy"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_the_fault_is_named_with_its_line_and_remedy(refused, old, new, at, fault, remedy):
    found = refused((old, new))
    assert found.error.lines == [f"{found.path}:{found.line_of(at)}: {fault} — {remedy}"]


def test_a_contract_of_one_period_is_refused(refused):
    found = refused((PERIODS, PERIODS.splitlines()[0]), (WAVES, "    - {id: w1, entry: 2020-07-01}"))
    where = f"{found.path}:{found.line_of('  periods:')}"
    remedy = "list period 0 and at least one followed period"
    assert found.error.lines == [f"{where}: calendar.periods: fewer than two periods — {remedy}"]


def test_a_period_that_ends_before_it_begins_is_refused(refused):
    found = refused(("from: 2022-07-01, to: 2023-07-01", "from: 2022-07-01, to: 2022-06-01"))
    where = f"{found.path}:{found.line_of('to: 2022-06-01')}"
    assert found.error.lines == [
        f"{where}: calendar.periods.2.to: period 2 ends before it begins — put `to` after `from`",
        f"{found.path}:{found.line_of('id: w2')}: cohort.waves.1.entry: lies outside the calendar — "
        "choose a day within the periods",
    ]


def test_a_payer_and_recipient_given_twice_are_named_at_both_places(refused):
    found = refused((TOWN_PAYS, "- {payer: region, recipient: fund, share: 25 %}"))
    fault = "the same payer and recipient twice — add the shares together"
    assert found.error.lines == [
        f"{found.path}:{found.line_of('share: 75 %')}: outcomes.contacts.payments.0: {fault}",
        f"{found.path}:{found.line_of('share: 25 %')}: outcomes.contacts.payments.1: {fault}",
    ]


def test_a_mandate_of_a_party_that_nobody_knows_is_refused(refused):
    found = refused(("- payer: region\n    body", "- payer: state\n    body"))
    where = f"{found.path}:{found.line_of('- payer: state')}"
    assert f"{where}: mandates.0.payer: `state` is no party — name a payer of this contract" in found.error.lines


def test_a_mandate_without_a_ceiling_asks_for_no_cap(tiny_contract):
    contract = tiny_contract({"mandates.0.ceiling": None, "terms.caps": []})
    assert contract.mandates[0].ceiling is None


def test_a_cap_of_just_the_mandate_is_enough(tiny_contract):
    assert tiny_contract({"mandates.0.ceiling": "80_000 DKK"}).terms.caps[0].maximum.minor == 8_000_000


def test_all_faults_are_found_at_once_in_the_order_of_the_checks(refused):
    found = refused(
        ("user: fie", "user: tom"),
        ("share: 25 %", "share: 20 %"),
        ("areas: [south, west]", "areas: [south, east]"),
    )
    assert [line.split(": ", 2)[1] for line in found.error.lines] == [
        "parties.fund",
        "cohort.arms.comparison.areas",
        "outcomes.contacts.payments",
    ]
    assert found.error.line == found.error.lines[0] + " (and 2 more)"


@pytest.mark.parametrize("indicator", ["bed_days@1", "hospital_costs@1"])
def test_stays_are_told_by_the_clock_so_contacts_with_days_only_are_refused(refused, indicator):
    found = refused(
        ("indicator: hospital_contacts@1", f"indicator: {indicator}"),
        ("      started_at: began\n      ended_at: ended\n", "      started_on: began\n"),
    )
    where = f"{found.path}:{found.line_of(f'indicator: {indicator}')}: outcomes.contacts.indicator: {indicator}"
    for column in ("started_at", "ended_at"):
        mend = f"map {column} in `deliveries.contacts.columns`"
        assert f"{where} is told by the clock, and `contacts` has no {column} — {mend}" in found.error.lines


def test_doctors_contacts_need_no_clock_for_stays_in_hospital(tiny_contract):
    assert tiny_contract({"outcomes.contacts.indicator": "bed_days@1"}).outcomes["contacts"].indicator == "bed_days@1"


def test_costs_need_a_tariff_for_every_day_of_the_baseline(refused):
    # The tariff shipped begins on 1 January 2019.
    found = refused(
        ("indicator: hospital_contacts@1", "indicator: hospital_costs@1"),
        ("{id: b1, from: 2019-07-01, to: 2020-07-01}", "{id: b1, from: 2018-07-01, to: 2019-07-01}"),
    )
    where = f"{found.path}:{found.line_of('indicator: hospital_costs@1')}: outcomes.contacts.indicator"
    mend = "name a version of the indicator whose tariff covers the baseline"
    assert [line for line in found.error.lines if "price" in line] == [
        f"{where}: hospital_costs@1 has no price of `{use}` on 2018-07-01 — {mend}"
        for use in ("bed_day", "emergency", "outpatient")
    ]


def test_stays_need_a_delivery_of_contacts(refused):
    found = refused(
        ("indicator: hospital_contacts@1", "indicator: admissions@1"),
        ("  contacts:\n    table: contacts\n", "  contacts:\n    table: services\n"),
        (
            "    table: contacts\n    register_name: Billed contacts",
            "    table: services\n    register_name: Billed contacts",
        ),
    )
    assert any("admissions@1 counts from contacts, which no delivery fills" in line for line in found.error.lines)
