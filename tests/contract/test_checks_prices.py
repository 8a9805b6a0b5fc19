"""What a contract may not say about prices, limits, capital and changes: each fault by one small change of a row's agreement."""

from __future__ import annotations

import pytest

from maalbar.contract.prices import KINDS

FEES = "{kind: rate_card, amount: 1_200 GBP, min_units: 5, source: illustrative}"
LIBERTY = "{above: 20 %, amount: 11_700_000 USD}"
LAND = "{payer: land, per: budget_year, carry_over: none, maximum: 9_000 EUR, source: illustrative}"
AMENDED = "outcomes.incomes.price.target: 5 %"
GATE = """      each_period: {at_least: 10 %}
      pooled: {at_least: 7.5 %}
      pooled_in: ["3"]"""
FOLLOWED = "name one of 1, 2, 3"

# (what it shows, row, the text of the good file, the text in its place, text on the line that is named, fault, remedy)
FAULTS = [
    # The words of the language
    ("an unknown key", 1, FEES, FEES.replace("amount", "price"), "price: 1_200 GBP",
     "outcomes.job.price.price: unknown key", "remove it or mend the spelling; `maalbar schema` lists the keys"),
    ("an unknown key deep in a list", 3, "{below: 8.5 %,", "{under: 8.5 %,", "{under: 8.5 %",
     "outcomes.readmission.price.tiers.0.under: unknown key",
     "remove it or mend the spelling; `maalbar schema` lists the keys"),
    ("a kind of price that nobody knows", 2, "{kind: pro_rata,", "{kind: per_rata,", "{kind: per_rata",
     "outcomes.villages.price: `per_rata` is no kind of price", f"use {', '.join(KINDS)}"),
    ("a price without a kind", 2, "{kind: pro_rata, ", "{", "price: {target",
     "outcomes.villages.price: has no `kind`", f"use {', '.join(KINDS)}"),
    ("an interpolation that is not declared", 4, "      interpolation: linear\n", "",
     "    price:\n      kind: interpolated\n      points:",
     "outcomes.restored.price.interpolation: is missing", "add it"),
    ("a yearly limit that does not say what it carries over", 13, "{max_units: 10, carry_over: none}", "{max_units: 10}",
     "{max_units: 10}", "outcomes.reviews.price.yearly.carry_over: is missing", "add it"),
    ("a payer that nobody answers for", 1, "    approvers: [{user: harbour, name: Ada Quist, authority: Board minute 12}]\n", "",
     "  harbour:", "parties.harbour: a payer or investor without named approvers",
     "name at least one under `approvers`"),
    # Units
    ("a figure without a unit", 3, "{below: 8.5 %,", "{below: 8.5,", "{below: 8.5,",
     "outcomes.readmission.price.tiers.0.below: a figure is written with its unit, like `10 %`, `0.5 points` or "
     "`1_600 units`: a space before it, a point for decimals", "mend the value"),
    ("an amount without a currency", 1, "amount: 1_200 GBP", "amount: 1_200", "amount: 1_200,",
     "outcomes.job.price.amount: an amount is written with its currency, like `3_600_000 DKK`: "
     "`_` for thousands, a point for decimals", "mend the value"),
    ("a currency with too many decimals", 38, "1_001 XAF", "1_001.5 XAF", "1_001.5 XAF",
     "outcomes.carried.price.maximum: an amount is written with its currency, and in XAF with at most 0 decimals",
     "mend the value"),
    ("percent in a price on percentage points", 25, "target: 8 percentage points", "target: 8 %", "target: 8 %",
     "outcomes.care.price.target: unit % does not fit contrast difference",
     "a ratio has its target in %, a difference in the unit of the indicator"),
    ("a gate in another unit than its outcome", 6, "each_period: {at_least: 10 %}", "each_period: {at_least: 10 points}",
     "each_period:", "outcomes.convictions.gate.each_period: 10 points does not fit the outcome", "write it in %"),
    ("success in two units", 9, "success: {at_least: 10 points}", "success: {at_least: 10 points, below: 90 %}", "success:",
     "outcomes.each_person.price.success: bounds in different units", "use one unit"),
    # Tiers, tables, brackets, dates
    ("tiers that overlap", 3, "at_least: 8.5 %, below: 10 %", "at_least: 8.5 %, below: 10.5 %", "{at_least: 10 %",
     "outcomes.readmission.price.tiers.2: this tier overlaps the one before", "let the bound belong to one of them"),
    ("a bound that two tiers hold", 3, "at_least: 8.5 %, below: 10 %", "at_least: 8.5 %, at_most: 10 %", "{at_least: 10 %",
     "outcomes.readmission.price.tiers.2: this tier overlaps the one before", "let the bound belong to one of them"),
    ("a gap between two tiers", 3, "at_least: 8.5 %, below: 10 %", "at_least: 8.5 %, below: 9.5 %", "{at_least: 10 %",
     "outcomes.readmission.price.tiers.2: a gap between this tier and the one before",
     "let it begin where the other ends"),
    ("a bound that nobody holds", 3, "at_most: 20 %", "below: 20 %", LIBERTY,
     "outcomes.readmission.price.tiers.3: no tier holds 20 % itself",
     "close one of the two bounds (`at_most` or `at_least`)"),
    ("tiers that do not cover every result", 3, LIBERTY, LIBERTY.replace("20 %,", "20 %, at_most: 30 %,"), "    tiers:",
     "outcomes.readmission.price.tiers: the tiers do not cover every result",
     "leave the first without a lower bound and the last without an upper"),
    ("a gate that holds nothing", 6, "each_period: {at_least: 10 %}", "each_period: {at_least: 10 %, below: 10 %}",
     "each_period:", "outcomes.convictions.gate.each_period: no result is at least 10 % and below 10 %",
     "let the lower bound be below the upper"),
    ("a bound that is open and closed", 6, "pooled: {at_least: 7.5 %}", "pooled: {at_least: 7.5 %, above: 7 %}", "pooled:",
     "outcomes.convictions.gate.pooled: a bound is both open and closed", "keep one of the two"),
    ("a success that everything is", 9, "success: {at_least: 10 points}", "success: {}", "success:",
     "outcomes.each_person.price.success: bounds without a bound",
     "give `at_least`, `above`, `at_most` or `below`"),
    ("points that do not rise", 4, "{at: 60 %,", "{at: 75 %,", "      points:\n        - {at: 40 %",
     "outcomes.restored.price.points: the points do not rise", "list them in order of `at`, in one unit"),
    ("a point that pays nothing at all", 4, "{at: 60 %, amount: 200_000 AUD}", "{at: 60 %}", "{at: 60 %}",
     "outcomes.restored.price.points.1: a point pays an amount or a rate", "give one of the two"),
    ("brackets that do not rise", 5, "- {up_to: 100, amount: 1_000 TRY}",
     "- {up_to: 100, amount: 1_000 TRY}\n        - {up_to: 90, amount: 800 TRY}", "      brackets:",
     "outcomes.job.price.brackets: the brackets do not rise", "list them in order of `up_to`"),
    ("brackets that end", 5, "- {amount: 600 TRY}", "- {up_to: 300, amount: 600 TRY}", "      brackets:",
     "outcomes.job.price.brackets: the brackets do not cover every number",
     "give each its `up_to`, and leave only the last without"),
    ("dated rates that overlap", 1, "{amount: 550 GBP, from: 2025-01-01}", "{amount: 550 GBP, from: 2024-12-01}",
     "{amount: 550 GBP", "outcomes.home.price.rates.1: begins before the one above ends",
     "let dated amounts follow each other"),
    ("dated rates with a gap", 1, "{amount: 550 GBP, from: 2025-01-01}", "{amount: 550 GBP, from: 2025-02-01}",
     "{amount: 550 GBP", "outcomes.home.price.rates.1: nothing holds from 2025-01-01 to 2025-02-01",
     "begin it on 2025-01-01"),
    ("a tariff with a gap", 31, "amount: 1_100 AUD, from: 2025-01-01", "amount: 1_100 AUD, from: 2025-03-01", "1_100 AUD",
     "outcomes.avoided_care.price.tariff.1: nothing holds from 2025-01-01 to 2025-03-01", "begin it on 2025-01-01"),
    ("a rate after the last period", 1, "{amount: 550 GBP, from: 2025-01-01}",
     "{amount: 550 GBP, from: 2025-01-01, to: 2026-01-01}\n        - {amount: 600 GBP, from: 2026-01-01}",
     "{amount: 600 GBP", "outcomes.home.price.rates.2: lies outside the calendar", "choose days within the periods"),
    ("a first day of payment outside the calendar", 36, "not_before: 2026-01-01", "not_before: 2029-01-01", "not_before:",
     "outcomes.at_home.price.not_before: lies outside the calendar", "choose a day within it"),
    ("a stop outside the calendar", 34, "stopped_on: 2026-03-15", "stopped_on: 2036-03-15", "stopped_on:",
     "terms.termination.stopped_on: lies outside the calendar", "choose a day within the periods"),
    ("a date that does not exist", 36, "not_before: 2026-01-01", "not_before: 2026-02-30", "not_before:",
     "outcomes.at_home.price.not_before: no such day in the calendar", "mend the value"),
    # Direction
    ("a step that pays less for more", 3, "amount: 9_600_000 USD", "amount: 4_000_000 USD", "      tiers:",
     "outcomes.readmission.price.tiers: a better result pays less (better is lower)",
     "turn the amounts round, or mend `better`"),
    ("a table in the wrong direction", 4, "    contrast: level\n    better: higher",
     "    contrast: level\n    better: lower",
     "      points:\n        - {at: 40 %", "outcomes.restored.price.points: a better result pays less (better is lower)",
     "turn the amounts round, or mend `better`"),
    ("a share of savings that are better when lower", 22, "better: higher", "better: lower", "    price:",
     "outcomes.saved.price: a saving is a level, and better when higher",
     "write `contrast: level` and `better: higher`"),
    ("money back above a floor", 16, "floor: none", "floor: running_total", "      tiers:",
     "outcomes.runoff.price.tiers: a negative amount under `floor: running_total` is never paid",
     "write `floor: none` in `terms`, or no negative amount"),
    ("a level that is significant", 22, "uncertainty: point_estimate", "uncertainty: significant", "    price:",
     "outcomes.saved.price.uncertainty: a level cannot be significant: it is not compared with nothing",
     "use point_estimate or lower_limit for this outcome"),
    # Small numbers
    ("a price from which a small number of persons is solved", 1, FEES, FEES.replace("min_units: 5, ", ""),
     "amount: 1_200 GBP", "outcomes.job.price: a payment for 1 to 4 persons gives their number away",
     "write `min_units: 5`, or `counts: other` where a unit is not a person"),
    # Who pays
    ("shares that are not the whole", 17, "{payer: cedar, recipient: seedbed, share: 33.33 %}",
     "{payer: cedar, recipient: seedbed, share: 33.34 %}", "    payments:",
     "outcomes.incomes.payments: the shares sum to 100.01 %, not 100 %", "change the shares"),
    ("a payer that nobody knows", 17, "{payer: cedar, recipient", "{payer: cypress, recipient", "payer: cypress",
     "outcomes.incomes.payments.2.payer: `cypress` is no payer of this contract", "name a party with the role payer"),
    ("a gate on an outcome that is not there", 6, "  gate:\n", "  gate:\n      outcome: arrests\n", "outcome: arrests",
     "outcomes.convictions.gate.outcome: there is no outcome `arrests`", "name one of this contract"),
    ("a condition on an outcome that is not there", 23, "{outcome: grades,", "{outcome: marks,", "{outcome: marks",
     "terms.premium.condition.outcome: there is no outcome `marks`", "name one of this contract"),
    ("a gate that nothing opens", 6, GATE,
     "      outcome: convictions", "    gate:", "outcomes.convictions.gate: a gate that nothing opens",
     "give `each_period`, `pooled` or both"),
    ("periods in which nothing is looked at", 6, "      pooled: {at_least: 7.5 %}\n", "", "pooled_in:",
     "outcomes.convictions.gate.pooled_in: periods to look at nothing in", "give `pooled` or remove `pooled_in`"),
    ("a gate in a period that is not there", 6, 'pooled_in: ["3"]', 'pooled_in: ["4"]', "pooled_in:",
     "outcomes.convictions.gate.pooled_in: `4` is no followed period", FOLLOWED),
    ("a successor that is not there", 44, "successor: storby", "successor: byen", "successor: byen",
     "parties.gammelby.successor: `byen` cannot take its place", "name a party of this contract, and give `to`"),
    ("a party that ends before it begins", 44, "from: 2026-01-01\n", "from: 2026-01-01\n    to: 2025-01-01\n",
     "to: 2025-01-01\n    source", "parties.nyby.to: ends before it begins", "put `to` after `from`"),
    # Weights
    ("weights that are not the whole", 7, "weight: 20 %", "weight: 15 %", "pot:",
     "terms.pot: the weights sum to 95 %, not 100 %", "let the outcomes' weights sum to 100 %"),
    ("a maximum and a weight", 7, "weight: 80 %", "weight: 80 %, maximum: 1 INR", "maximum: 1 INR",
     "outcomes.learning.price.maximum: a price has a maximum or a weight", "give one of the two"),
    ("a fallback whose weights are not the whole", 29, "{trial: 80 %, difference_in_differences: 20 %}",
     "{trial: 80 %, difference_in_differences: 10 %}", "use: {trial",
     "outcomes.jail_nights.fallback.use: the weights do not sum to 100 %", "change the weights"),
    ("a fallback without its limit", 29, "      limit: 3 %\n", "",
     "    fallback:\n      when: standard_error_above",
     "outcomes.jail_nights.fallback.limit: a limit belongs to `standard_error_above`", "give or remove `limit`"),
    ("deadweight off a level that is better when lower", 39, "contrast: ratio\n    better: lower\n    price: {kind: none",
     "contrast: level\n    better: lower\n    deadweight: {share: 10 %, source: illustrative}\n    price: {kind: none",
     "deadweight:", "outcomes.doctor.deadweight: what would have come anyway cannot be taken off a level that is better "
     "when lower", "measure a difference or a ratio, or remove `deadweight`"),
    # Limits
    ("a yearly cap that does not say what it carries over", 14, LAND, LAND.replace("carry_over: none, ", ""),
     "per: budget_year", "terms.caps.0.carry_over: what a yearly cap carries over must be said, and only there",
     "write `none`, `unused` or `excess` with `per: budget_year`"),
    ("a cap of the whole contract that carries over", 14, "- {maximum: 28_000 EUR,",
     "- {carry_over: none, maximum: 28_000 EUR,", "{carry_over: none, maximum: 28_000",
     "terms.caps.2.carry_over: what a yearly cap carries over must be said, and only there",
     "write `none`, `unused` or `excess` with `per: budget_year`"),
    ("a floor above the cap", 15, "  caps: []", "  caps:\n    - {payer: ekby, maximum: 90_000 SEK, source: illustrative}",
     "minimum: 100_000 SEK", "terms.floors.0.minimum: above the cap of 90_000 SEK", "lower the floor or raise the cap"),
    ("a floor that is two things", 15, "minimum: 100_000 SEK", "minimum: 100_000 SEK\n      return: 2 %", "id: least-to-lind",
     "terms.floors.0: a floor is an amount, a share of capital or a return", "give one of the three"),
    ("a floor of capital that is not there", 15, "{investor: ask, dated", "{investor: lind, dated", "id: guaranteed-to-ask",
     "terms.floors.1: `ask` has no capital that this could be of", "give its drawdowns, or a `minimum`"),
    ("a limit in units and in money", 13, "{max_units: 10, carry_over: excess}",
     "{max_units: 10, maximum: 1_000 GBP, carry_over: excess}", "max_units: 10, maximum",
     "outcomes.plans.price.yearly: a limit in units or in money", "give one of the two"),
    ("a cap above the mandate", 43, "maximum: 3_600_000 DKK", "maximum: 3_700_000 DKK", "  caps:",
     "terms.caps: `region_vest` can pay more than its mandate of 3_600_000 DKK",
     "add a cap of at most 3_600_000 DKK or have the mandate raised"),
    ("a cap of one outcome for a mandate of all", 43, "{payer: region_vest, maximum",
     "{outcome: hospital, payer: region_vest, maximum",
     "  caps:", "terms.caps: `region_vest` can pay more than its mandate of 3_600_000 DKK",
     "add a cap of at most 3_600_000 DKK or have the mandate raised"),
    ("an index that begins too late", 37, "{from: 2024-01-01, value: 100}", "{from: 2024-02-01, value: 100}", "  costs:",
     "terms.indices.costs: the index has no value when the first period begins, on 2024-01-01",
     "begin its first value there or before"),
    ("an index that is not there", 37, "index: costs", "index: wages", "index: wages",
     "outcomes.special_teaching.price.index: there is no index `wages`", "add it to `terms.indices`"),
    ("a debt that is left and not set off", 32, "negative_difference: set_off", "negative_difference: claw_back", "left_at_end:",
     "terms.left_at_end: what becomes of a debt that is left belongs to `set_off`",
     "write `claw_back` or `waive` with `set_off`"),
    ("a final settlement in no period", 32, 'final: "3"', 'final: "9"', "on_account:",
     "terms.on_account.final: `9` is no followed period", FOLLOWED),
    # Capital
    ("a step to a layer that is not there", 19, "- {to: senior, for: principal}", "- {to: upper, for: principal}", "{to: upper",
     "terms.capital.waterfall.0.to: there is no layer `upper`", "name one of senior, junior"),
    ("a guarantee of a layer that is not there", 19, "layer: junior, share", "layer: lower, share", "layer: lower",
     "terms.capital.guarantee.layer: there is no layer `lower`", "name a layer"),
    ("a waterfall without a receiver", 19, "    receiver: bay_partners\n", "", "  capital:",
     "terms.capital: a waterfall has a receiver, layers and steps", "give all three or none"),
    ("an investor in two layers", 19, "investors: [fir_fund]", "investors: [fir_fund, elm_fund]", "    layers:",
     "terms.capital.layers: a layer or an investor stands twice", "let each have one place"),
    ("more back than was paid in", 40, "dated: 2026-03-01, amount: 100_000 DKK", "dated: 2026-03-01, amount: 600_000 DKK",
     "    returned:", "terms.capital.returned: `hassel` gets back more than it paid in", "mend the amounts"),
    ("a redemption that ends", 34, "- {share: 0 %}", "- {before: 2028-01-01, share: 0 %}", "    redemption:",
     "terms.termination.redemption: the redemption does not cover every day",
     "list it in order of `before`, the last without"),
    # Amendments
    ("an amendment of a place that is not there", 35, AMENDED, AMENDED.replace("incomes", "income"), "outcomes.income.price",
     "amendments.0.changes.outcomes.income.price.target: there is nothing at outcomes.income.price.target",
     "write the path as in the file"),
    ("an amendment of what it may not change", 35, AMENDED, "parties.delta.name: Delta", "parties.delta.name",
     "amendments.0.changes.parties.delta.name: an amendment cannot change this", "change outcomes or terms"),
    ("an amendment that makes a fault", 35, AMENDED, AMENDED.replace("5 %", "5 points"), "    changes:",
     "amendments.0.changes: outcomes.incomes.price.target: unit points does not fit contrast ratio",
     "a ratio has its target in %, a difference in the unit of the indicator"),
    ("an amendment to what is no value", 35, AMENDED, AMENDED.replace("5 %", "five"), "outcomes.incomes.price.target: five",
     "amendments.0.changes.outcomes.incomes.price.target: outcomes.incomes.price.target: value error, a figure is written with "
     "its unit, like `10 %`, `0.5 points` or `1_600 units`: a space before it, a point for decimals", "mend the value"),
    ("an amendment from a period that is not followed", 35, 'from_period: "3"', 'from_period: "0"', 'from_period: "0"',
     "amendments.0.from_period: `0` is no followed period", FOLLOWED),
]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "old", "new", "at", "fault", "remedy"), [case[1:] for case in FAULTS], ids=[case[0] for case in FAULTS]
)
def test_the_fault_is_named_with_its_line_and_remedy(refused_row, row, old, new, at, fault, remedy):
    found = refused_row(row, (old, new))
    assert found.error.lines == [f"{found.path}:{found.line_of(at)}: {fault} — {remedy}"]


def test_amendments_out_of_order_are_refused(refused_row):
    later = """  - id: earlier
    from_period: "2"
    dated: 2026-03-01
    body: The parties
    changes: {outcomes.incomes.price.target: 8 %}
    source: illustrative
"""
    found = refused_row(35, ("      outcomes.incomes.price.target: 5 %\n    source: illustrative\n",
                             "      outcomes.incomes.price.target: 5 %\n    source: illustrative\n" + later))  # fmt: skip
    where = f"{found.path}:{found.line_of('- id: earlier') + 1}"
    fault = "amendments.1.from_period: begins before the amendment above it — list them in order"
    assert found.error.lines == [f"{where}: {fault}"]


def test_a_table_that_falls_says_what_a_result_under_it_pays(refused_row):
    falling = (
        ("    contrast: level\n    better: higher", "    contrast: level\n    better: lower"),
        ("{at: 40 %, amount: 0 AUD}", "{at: 40 %, amount: 900_000 AUD}"),
        ("{at: 60 %, amount: 200_000 AUD}", "{at: 60 %, amount: 800_000 AUD}"),
    )
    found = refused_row(4, *falling)
    # The best results, under 40 %, would be paid nothing.
    where = f"{found.path}:{found.line_of('      points:' + chr(10) + '        - {at: 40 %')}"
    fault = "outcomes.restored.price.points: a better result pays less (better is lower)"
    assert found.error.lines == [f"{where}: {fault} — turn the amounts round, or mend `better`"]


def test_a_rate_and_a_weight_are_of_something(refused_row):
    rates = refused_row(4, ("      of: 80_000 AUD\n", ""))
    assert [line.split(": ", 1)[1] for line in rates.error.lines] == [
        f"outcomes.less_lonely.price.points.{n}.rate: a rate of nothing — give the price's `of`" for n in (0, 1)
    ]
    weights = refused_row(7, ("  pot: 500_000 INR\n", ""))
    assert [line.split(": ", 1)[1] for line in weights.error.lines] == [
        f"outcomes.{name}.price.weight: a weight of nothing — give the `pot` in `terms`"
        for name in ("learning", "enrolment")
    ]


def test_tiers_that_fall_back_are_refused(refused_row):
    found = refused_row(
        3, ("at_least: 10 %, at_most: 20 %", "at_least: 10 %, at_most: 5 %"), ("{above: 20 %", "{above: 5 %")
    )
    where = f"{found.path}:{found.line_of('at_most: 5 %')}"
    fault = "outcomes.readmission.price.tiers.2: no result is at least 10 % and at most 5 %"
    assert found.error.lines == [f"{where}: {fault} — let the lower bound be below the upper"]
