"""Who is selected, and what an estimator needs of the cohort: each fault is shown by one small change of a good contract."""

from __future__ import annotations

import pytest

from maalbar.contract import Contract
from maalbar.contract.checks import faults
from tests.transforms.small import outcome, small_contract

ENTRY = "    care_home_residents: excluded\n"
USE = "    earlier_use: {indicator: hospital_contacts@1, at_least: 3, months: 12}\n"
UNITS = '  own_units: ["own"]\n'
AREAS = "      areas: [north, east]\n"
FOUND_BY = "    indicator: hospital_contacts@1\n    estimator: difference_in_differences\n"
BY_CHANGE = FOUND_BY.replace("difference_in_differences", "before_after")
NO_DOCTORS = ("    constants: {sector: primary}\n", "    constants: {sector: hospital}\n")
MATCHING = "    matching: {method: exact, source: minutes}\n"
TRIAL = "    trial: {change: -12 %, standard_error: 5 %, persons: 800, source: minutes}\n"
FALLBACK = "    fallback: {when: not_measurable, use: {before_after: 100 %}, source: minutes}\n"
IN_THE_SAME_WAY = (
    "use difference_in_differences, matched_comparison or historical_baseline, which are selected in the same way"
)

# (what it shows, the texts of the good file and those in their place, text on the line that is named, fault, remedy)
FAULTS = [
    ("a dated area of nobody", [(AREAS, AREAS + "      dates: [{area: middle, from: 2021-01-01}]\n")], "area: middle",
     "cohort.arms.treated.dates.0.area: `middle` is no area of the arm", "add it to `areas`"),
    ("an area dated without a date", [(AREAS, AREAS + "      dates: [{area: east}]\n")], "area: east",
     "cohort.arms.treated.dates.0: an area is dated without a date", "give `from`, `to` or both"),
    ("an area that leaves the list before it is on it",
     [(AREAS, AREAS + "      dates: [{area: east, from: 2022-01-01, to: 2022-01-01}]\n")], "area: east",
     "cohort.arms.treated.dates.0.to: ends before it begins", "put `to` after `from`"),
    ("an area that is on the list twice",
     [(AREAS, AREAS + "      dates: [{area: east, to: 2022-01-01}, {area: east, from: 2021-12-31}]\n")],
     "area: east", "cohort.arms.treated.dates.1: east is on the list twice on one day",
     "let its dates follow each other"),
    ("earlier use of what is not defined", [(ENTRY, ENTRY + USE.replace("hospital_contacts@1", "sorrows@1"))], "sorrows",
     "cohort.eligibility.earlier_use.indicator: there is no definition sorrows@1", "write it under definitions/indicators"),
    ("earlier use of what is asked and not counted",
     [(ENTRY, ENTRY + USE.replace("hospital_contacts@1", "life_satisfaction@1"))], "earlier_use",
     "cohort.eligibility.earlier_use.indicator: life_satisfaction@1 is counted from surveys",
     "earlier use is counted from contacts or hospital stays"),
    ("no earlier use at all", [(ENTRY, ENTRY + USE.replace("at_least: 3", "at_least: 0"))], "earlier_use",
     "cohort.eligibility.earlier_use.at_least: asks for nothing", "give at least 1"),
    ("earlier use in no time", [(ENTRY, ENTRY + USE.replace("months: 12", "months: 0"))], "earlier_use",
     "cohort.eligibility.earlier_use.months: asks for nothing", "give at least 1"),
    ("something known of a weekly benefit",
     [(UNITS, UNITS + "  known_before: {indicator: self_support_weeks@1}\n")], "known_before",
     "cohort.known_before.indicator: self_support_weeks@1 is counted from benefits",
     "earlier use is counted from contacts or hospital stays"),
    ("a standard that is not defined", [(UNITS, UNITS + "  standard: {population: atlantis@1}\n")], "atlantis",
     "cohort.standard.population: there is no population atlantis@1", "name one of definitions/populations, or `cohort`"),
    ("nobody to hold those who are on a benefit before 60",
     [(UNITS, UNITS + "  standard: {age_bands: [60, 70]}\n")], "standard",
     "cohort.standard.age_bands: no age band holds the youngest who can enter", "begin with the band from 0"),
    ("age bands in disorder", [(UNITS, UNITS + "  standard: {age_bands: [0, 70, 60]}\n")], "standard",
     "cohort.standard.age_bands: the age bands do not rise", "give the lowest age of each, in order"),
    ("a change alone on those selected by a high year", [(ENTRY, ENTRY + USE), (FOUND_BY, BY_CHANGE)],
     "estimator: before_after",
     "outcomes.contacts.estimator: before_after takes regression to the mean for an effect, and the cohort is selected on "
     "earlier use", IN_THE_SAME_WAY),
    ("a price that falls back on regression to the mean", [(ENTRY, ENTRY + USE), (FOUND_BY, FOUND_BY + FALLBACK)],
     "fallback", "outcomes.contacts.fallback.use: a price would be paid for regression to the mean, since the cohort is "
     "selected on earlier use", IN_THE_SAME_WAY),
    ("a match without a rule", [(FOUND_BY, FOUND_BY.replace("difference_in_differences", "matched_comparison"))],
     "  contacts:\n    title", "outcomes.contacts.matching: `matching` belongs to the estimator matched_comparison, and it "
     "to `matching`", "give both or neither, in `estimator` or in `fallback.use`"),
    ("a rule without a match", [(FOUND_BY, FOUND_BY + MATCHING)], "matching",
     "outcomes.contacts.matching: `matching` belongs to the estimator matched_comparison, and it to `matching`",
     "give both or neither, in `estimator` or in `fallback.use`"),
    ("a fallback on a trial that nobody names", [(FOUND_BY, FOUND_BY + FALLBACK.replace("before_after", "trial"))],
     "  contacts:\n    title", "outcomes.contacts.trial: `trial` belongs to the estimator trial, and it to `trial`",
     "give both or neither, in `estimator` or in `fallback.use`"),
    ("a trial in another unit",
     [(FOUND_BY, FOUND_BY.replace("difference_in_differences", "trial") + TRIAL.replace("-12 %", "-0.5 points"))], "trial:",
     "outcomes.contacts.trial.change: -0.5 points does not fit contrast ratio", "write it in %"),
    ("earlier use of doctors whom nobody tells of",
     [(ENTRY, ENTRY + USE.replace("hospital_contacts@1", "gp_contacts@1")), NO_DOCTORS], "earlier_use",
     "cohort.eligibility.earlier_use.indicator: gp_contacts@1 counts contacts of the sector primary, which no delivery tells of",
     "add a delivery of contacts with `constants: {sector: primary}`"),
    ("something known of doctors whom nobody tells of",
     [(UNITS, UNITS + "  known_before: {indicator: gp_contacts@1}\n"), NO_DOCTORS],
     "known_before",
     "cohort.known_before.indicator: gp_contacts@1 counts contacts of the sector primary, which no delivery tells of",
     "add a delivery of contacts with `constants: {sector: primary}`"),
    ("doctors whom nobody tells of", [("indicator: hospital_contacts@1", "indicator: gp_contacts@1"), NO_DOCTORS],
     "indicator: gp_contacts", "outcomes.contacts.indicator: gp_contacts@1 counts contacts of the sector primary, which no "
     "delivery tells of", "add a delivery of contacts with `constants: {sector: primary}`"),
    # The first wave enters on 2021-07-01, and the baseline begins on 2019-07-01.
    ("earlier use before there are data", [(ENTRY, ENTRY + USE.replace("months: 12", "months: 25"))], "earlier_use",
     "cohort.eligibility.earlier_use.months: looks back to 2019-06-01, and nothing promises data before the baseline",
     "look back to 2019-07-01 at most, or begin the baseline earlier"),
    # b2 begins in 2020, 24 months before it lie half outside the baseline, and those before b1 wholly.
    ("earlier years whose own selection was before there are data",
     [(ENTRY, ENTRY + USE.replace("months: 12", "months: 24")),
      (FOUND_BY, FOUND_BY.replace("difference_in_differences", "historical_baseline"))], "estimator: historical",
     "outcomes.contacts.estimator: those who would have entered earlier are selected on months that nothing promises data of",
     "begin the baseline 24 months earlier, with a window of its own"),
    ("a change that is called a level", [("    contrast: difference\n", "    contrast: level\n")], "contrast: level",
     "outcomes.satisfaction.contrast: difference_in_differences finds a change, and a level is none",
     "use `difference` or `ratio`, or `estimator: given`"),
    ("leaving a municipality that nobody tells", [(FOUND_BY, FOUND_BY + "    censor: [left_municipality]\n")], "censor",
     "outcomes.contacts.censor: no delivery tells the municipality that is left",
     "add the column `municipality` to the delivery of the population"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "at", "fault", "remedy"), [row[1:] for row in FAULTS], ids=[row[0] for row in FAULTS]
)
def test_the_fault_is_named_with_its_line_and_remedy(refused, changes, at, fault, remedy):
    found = refused(*changes)
    line = found.text[: found.text.index(at)].count("\n") + 1
    assert found.error.lines == [f"{found.path}:{line}: {fault} — {remedy}"]


OPEN = [
    ("matched persons", {"estimator": "matched_comparison", "matching": {"method": "exact", "source": "minutes"}},
     "estimator: an open cohort has no persons on a day of entry, as matched_comparison needs"),
    ("earlier years", {"estimator": "historical_baseline"},
     "estimator: an open cohort has no persons on a day of entry, as historical_baseline needs"),
    ("areas", {"clusters": "area"}, "clusters: an open cohort has no areas, and nobody in it is followed"),
    ("an end of following", {"censor": ["crossover"]}, "censor: an open cohort has no areas, and nobody in it is followed"),
]  # fmt: skip


@pytest.mark.parametrize(("changes", "fault"), [row[1:] for row in OPEN], ids=[row[0] for row in OPEN])
def test_an_open_cohort_has_no(open_faults, changes, fault):
    assert f"outcomes.absence.{fault}" in open_faults(changes)


def test_earlier_use_selects_nobody_in_an_open_cohort(open_faults):
    rule = {"indicator": "hospital_contacts@1", "at_least": "3"}
    assert "cohort.known_before: nobody enters an open cohort" in open_faults({}, known_before=rule)


@pytest.fixture
def open_faults():
    """The faults of a small contract of cross-sections, with changes to its one outcome and its cohort."""

    def find(changes, **cohort):
        data = small_contract().model_dump(mode="json", by_alias=True)
        arms = {"treated": {"attribute": "area", "values": ["1"]}, "comparison": {"attribute": "area", "values": ["0"]}}
        data["cohort"] = {
            "kind": "open", "source": "illustrative", **cohort,
            "arms": {name: arm | {"source": "illustrative"} for name, arm in arms.items()},
        }  # fmt: skip
        data["outcomes"] = {"absence": outcome(indicator="school_absence_days@1", contrast="difference") | changes}
        return [f"{'.'.join(map(str, fault.key))}: {fault.what}" for fault in faults(Contract.model_validate(data))]

    return find


def test_what_is_allowed_is_allowed(tiny_contract):
    """Dated areas that follow each other, earlier use with a comparison, and a change alone where nothing is paid."""
    contract = tiny_contract(
        {
            "cohort.eligibility.earlier_use": {"indicator": "hospital_contacts@1", "at_least": "3", "months": "24"},
            "cohort.arms.treated.dates": [
                {"area": "east", "to": "2021-09-01"},
                {"area": "east", "from": "2022-01-01"},
            ],
            "cohort.standard": {"age_bands": ["0", "50"]},
            "outcomes.contacts.price": {"kind": "none", "source": "minutes"},
            "outcomes.contacts.payments": None,
            "outcomes.contacts.fallback": {
                "when": "not_measurable",
                "use": {"before_after": "100 %"},
                "source": "minutes",
            },
            "outcomes.contacts.censor": ["crossover", "pension_age"],
            "value": None,
        }
    )
    assert [row.area for row in contract.cohort.arms.treated.dates] == ["east", "east"]


def test_earlier_years_are_compared_with_where_their_own_selection_lies_in_the_baseline(tiny_contract):
    """Those of b2 were selected on the twelve months of b1; before b1 nothing is promised."""
    contract = tiny_contract(
        {
            "cohort.eligibility.earlier_use": {"indicator": "hospital_contacts@1", "at_least": "3", "months": "12"},
            "outcomes.contacts.estimator": "historical_baseline",
        }
    )
    assert [row.id for row in contract.historical_windows] == ["b2"]
    assert [row.id for row in tiny_contract().historical_windows] == ["b1", "b2"]
