"""Strata and their weights: by age, sex and benefit on the day of entry, or by a published population's age bands."""

from __future__ import annotations

import pyarrow as pa
import pytest

from maalbar import definitions
from maalbar.contract.measuring import Standard
from tests.transforms.small import small_contract
from transforms.rates import standardised
from transforms.standard_population import band_of, standard_of, strata

MEMBERS = pa.table(
    {
        "person_id": ["anna", "bo", "carl", "dorte", "eva"],
        "arm": ["treated", "treated", "comparison", "treated", "comparison"],
        "age": [60, 59, 60, 69, 93],
        "sex": ["F", "M", "M", "F", "F"],
        "has_benefit": [False, True, True, False, False],
    }
)


def contract(**standard):
    found = small_contract()
    return found.model_copy(
        update={"cohort": found.cohort.model_copy(update={"standard": Standard.model_validate(standard)})}
    )


def test_the_cohort_is_divided_by_age_sex_and_benefit_at_entry():
    assert strata(MEMBERS, contract()).to_dict() == {
        "anna": "60-69|F|no benefit",
        "bo": "0-59|M|benefit",
        "carl": "60-69|M|benefit",
        "dorte": "60-69|F|no benefit",
        "eva": "80+|F|no benefit",
    }


def test_the_treated_arm_at_entry_is_the_standard():
    assert standard_of(contract(), MEMBERS) == {"0-59|M|benefit": 1.0, "60-69|F|no benefit": 2.0}


def test_a_contract_may_divide_by_less():
    assert strata(MEMBERS, contract(by=["sex"])).tolist() == ["F", "M", "M", "F", "F"]
    assert standard_of(contract(by=[]), MEMBERS) == {"all": 3.0}


def test_a_published_population_brings_its_own_bands_and_weights():
    european = contract(population="esp2013@1")
    assert strata(MEMBERS, european).tolist() == ["60-64", "55-59", "60-64", "65-69", "90+"]
    standard = standard_of(european, MEMBERS)
    assert (standard["0"], standard["1-4"], standard["60-64"], standard["90+"]) == (1000, 4000, 6000, 1000)


def test_the_european_standard_is_of_100_000_of_whom_25_500_are_sixty_or_older():
    bands = definitions.population("esp2013@1").bands
    assert sum(band.persons for band in bands) == 100_000
    assert sum(band.persons for band in bands if band.youngest >= 60) == 25_500


def test_a_cohort_of_the_old_cannot_be_standardised_to_all_of_europe():
    european = contract(population="esp2013@1")
    old = [f"{age}" for age in range(60, 100)]
    members = pa.table(
        {
            "person_id": old,
            "arm": ["treated"] * 40,
            "age": list(range(60, 100)),
            "sex": ["F"] * 40,
            "has_benefit": [False] * 40,
        }
    )
    frame = strata(members, european).reset_index().assign(quantity=1.0, exposure=1.0)
    # 74.5 % of the European standard is under 60: 13 bands.
    refused = standardised(frame, standard_of(european, members))
    assert (refused.code, refused.details) == ("empty_stratum", ("13", "74.5"))
    old_only = {
        band: weight for band, weight in standard_of(european, members).items() if band in set(frame["stratum"])
    }
    assert standardised(frame, old_only, "independent").value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("age", "lowest", "band"),
    [
        (0, (0, 1, 5), "0"),
        (1, (0, 1, 5), "1-4"),
        (5, (0, 1, 5), "5+"),
        (44, (60, 70), "under 60"),
        (70, (60, 70), "70+"),
    ],
)
def test_bands_are_named_by_their_ages(age, lowest, band):
    assert band_of(age, lowest) == band
