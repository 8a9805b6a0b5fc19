"""Definitions are named, versioned files; a figure carries the hash of what its words meant."""

from __future__ import annotations

import pytest

from maalbar import definitions
from maalbar.definitions import (
    FOLDER,
    OF_STAYS,
    CostIndicator,
    SurveyIndicator,
    digest,
    indicator,
    priced,
    scale,
    stay,
    tables_of,
    tariff,
)
from maalbar.errors import ContractError

INDICATORS = sorted(path.name for path in (FOLDER / "indicators").iterdir())
STAYS = sorted(path.name for path in (FOLDER / "stays").iterdir())
TARIFFS = sorted(path.name for path in (FOLDER / "tariffs").iterdir())
SCALES = sorted(path.name for path in (FOLDER / "scales").iterdir())


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A definitions folder of the test's own, with copies of those shipped."""
    for shelf in ("indicators", "scales", "stays", "tariffs"):
        (tmp_path / shelf).mkdir()
        for path in (FOLDER / shelf).iterdir():
            (tmp_path / shelf / path.name).write_bytes(path.read_bytes())
    monkeypatch.setattr(definitions.definition, "FOLDER", tmp_path)
    for reader in (indicator, scale, stay, tariff):
        reader.cache_clear()
    yield tmp_path
    for reader in (indicator, scale, stay, tariff):
        reader.cache_clear()


@pytest.mark.parametrize("name", INDICATORS)
def test_every_indicator_can_be_read_and_is_named_as_its_file(name):
    found = indicator(name.removesuffix(".yaml").replace(".v", "@"))
    assert name == f"{found.id}.v{found.version}.yaml"
    assert found.title.keys() == found.unit.keys() == found.counts.keys() == {"da", "en"}


@pytest.mark.parametrize("name", SCALES)
def test_every_scale_can_be_read_and_is_named_as_its_file(name):
    found = scale(name.removesuffix(".yaml").replace(".v", "@"))
    assert name == f"{found.id}.v{found.version}.yaml"


@pytest.mark.parametrize(("read", "name"), [*((stay, name) for name in STAYS), *((tariff, name) for name in TARIFFS)])
def test_every_stay_and_tariff_can_be_read_and_is_named_as_its_file(read, name):
    found = read(name.removesuffix(".yaml").replace(".v", "@"))
    assert name == f"{found.id}.v{found.version}.yaml"
    assert found.title.keys() == found.unit.keys() == found.counts.keys() == {"da", "en"}


@pytest.mark.parametrize("name", INDICATORS)
def test_every_indicator_rests_on_what_exists(name):
    ref = name.removesuffix(".yaml").replace(".v", "@")
    found = indicator(ref)
    tables = {table for table, _ in tables_of(ref)}
    assert tables == ({"contacts"} if found.table in ("stays", "costs") else {found.table})
    if isinstance(found, OF_STAYS):
        assert stay(found.stays).ref == found.stays
    if isinstance(found, CostIndicator):
        assert set(found.of) == {row.of for row in tariff(found.tariff).amounts}
        assert sorted(priced(found)) == sorted(found.of.values())


@pytest.mark.parametrize("name", INDICATORS)
def test_every_survey_indicator_rests_on_a_scale_that_exists_and_has_its_unit(name):
    found = indicator(name.removesuffix(".yaml").replace(".v", "@"))
    if not isinstance(found, SurveyIndicator):
        return
    rests_on = scale(found.scale)
    if found.groups:
        assert found.unit["en"] == "percentage points"
    else:
        assert rests_on.unit == found.unit


def test_an_admission_takes_twelve_hours_in_hospital():
    # Sygehusbenyttelse, Danmarks Statistik: a stay of at least 12 hours. ALCA00 is a physical contact, ATA1 acute.
    found = indicator("acute_admissions@1")
    assert (found.min_hours, found.form, found.priority) == (12, ("ALCA00",), ("ATA1",))


def test_a_hospital_stay_is_a_chain_of_attendances_with_four_hours_between():
    # Sygehusophold by Sundhedsdatastyrelsen and Danmarks Statistik: at most 4 hours between, an admission from 12 hours on.
    found = stay("sygehusophold@1")
    assert (found.forms, found.max_gap_minutes, found.acute_priority) == (("ALCA00",), 240, "ATA1")
    assert (found.admission_hours, found.boundary, found.admission_minutes) == (12, "included", 720)
    assert found.model_copy(update={"boundary": "excluded"}).admission_minutes == 721


def test_acute_admissions_are_single_contacts_in_version_1_and_stays_in_version_2():
    first, second = indicator("acute_admissions@1"), indicator("acute_admissions@2")
    assert (first.table, second.table, second.stays, second.priority) == (
        "contacts",
        "stays",
        "sygehusophold@1",
        "acute",
    )


def test_a_readmission_starts_more_than_four_hours_and_at_most_thirty_days_after_discharge():
    found = indicator("acute_readmissions@1")
    assert (found.more_than_hours, found.within_days, found.counted_in) == (4, 30, "window_of_readmission")


def test_discharges_cannot_be_left_out_by_diagnosis_while_no_diagnoses_come_in(folder):
    path = folder / "indicators" / "acute_readmissions.v1.yaml"
    path.write_text(path.read_text().replace("excluded_diagnoses: []", "excluded_diagnoses: [DC50]"))
    with pytest.raises(ContractError, match="no delivery fills diagnoses"):
        indicator("acute_readmissions@1")


def test_doctors_on_duty_have_four_specialties_and_mails_are_counted_apart():
    # Sygesikringsregisteret: out of hours 81, 82, 83 and 89; e-consultations are never added to other contacts.
    duty, mails = indicator("gp_out_of_hours@1"), indicator("gp_e_consultations@1")
    assert (duty.specialty, duty.form) == (("81", "82", "83", "89"), ("K", "T"))
    assert (mails.specialty, mails.form) == (("80",), ("E",))


def test_foertidspension_is_code_783_and_not_skaanejob():
    found = indicator("pension_weeks@1")
    assert (found.codes, found.weeks) == (("783",), "on")
    assert indicator("self_support_weeks@1").weeks == "off"


def test_health_literacy_needs_ten_of_twelve_answers():
    # 80 % of 12 items is 9.6: ten of them.
    assert scale("hls19_q12@1").min_valid_items == 10


@pytest.mark.parametrize("ref", ["hospital_contact@1", "hospital_contacts@2", "hospital_contacts"])
def test_an_unknown_indicator_is_answered_with_those_that_are_known(ref):
    known = ", ".join(name.removesuffix(".yaml").replace(".v", "@") for name in INDICATORS)
    with pytest.raises(ContractError) as caught:
        indicator(ref)
    assert caught.value.line == f"definitions/indicators: there is no definition {ref} — known: {known}"


def test_an_unknown_scale_is_answered_with_those_that_are_known():
    with pytest.raises(ContractError, match=r"known: .*hls19_q12@1, hls19_q12@2, .*life_satisfaction@1"):
        scale("wellbeing@1")


def test_a_definition_with_an_unknown_key_is_refused(folder):
    path = folder / "indicators" / "hospital_contacts.v1.yaml"
    path.write_text(path.read_text() + "min_hour: 12\n")
    with pytest.raises(ContractError, match="min_hour"):
        indicator("hospital_contacts@1")


def test_a_definition_of_an_unknown_table_is_refused(folder):
    path = folder / "indicators" / "hospital_contacts.v1.yaml"
    path.write_text(path.read_text().replace("table: contacts", "table: visits"))
    with pytest.raises(ContractError, match="definition hospital_contacts@1"):
        indicator("hospital_contacts@1")


def test_the_hash_of_a_definition_changes_with_what_it_says_and_not_with_its_comments(folder):
    before = digest("acute_admissions@1")
    path = folder / "indicators" / "acute_admissions.v1.yaml"
    path.write_text("# a comment\n" + path.read_text())
    indicator.cache_clear()
    assert digest("acute_admissions@1") == before
    path.write_text(path.read_text().replace("min_hours: 12", "min_hours: 10"))
    indicator.cache_clear()
    assert digest("acute_admissions@1") != before


def test_the_hash_of_a_survey_indicator_changes_with_its_scale(folder):
    before = digest("health_literacy_hls19_q12@1")
    path = folder / "scales" / "hls19_q12.v1.yaml"
    path.write_text(path.read_text().replace("min_valid_items: 10", "min_valid_items: 9"))
    scale.cache_clear()
    assert digest("health_literacy_hls19_q12@1") != before


@pytest.mark.parametrize(
    ("line", "is_told"),
    [
        ("domain: prevention", "`prevention`"),
        ("groups: [no_risk, cured]", "`cured`"),
        ("groups: [no_risk]\ndomain: prevention", "`prevention`"),
    ],
)
def test_a_survey_indicator_of_a_domain_or_group_that_its_scale_does_not_have_is_refused(folder, line, is_told):
    path = folder / "indicators" / "who5_wellbeing.v1.yaml"
    path.write_text(path.read_text() + line + "\n")
    with pytest.raises(ContractError, match=f"who5@1 has no .*{is_told}"):
        indicator("who5_wellbeing@1")


def test_a_domain_has_no_groups_of_its_own(folder):
    path = folder / "indicators" / "health_literacy_hls_eu_q16.v1.yaml"
    path.write_text(path.read_text() + "domain: prevention\ngroups: [sufficient]\n")
    with pytest.raises(ContractError, match="groups are those of the whole scale"):
        indicator("health_literacy_hls_eu_q16@1")


def test_every_survey_indicator_is_known_with_its_scale():
    found = definitions.survey_indicators()
    assert found["life_satisfaction@1"].scale == "life_satisfaction@1"
    assert found["health_literacy_sufficient@1"].scale == "hls19_q12@2"
    assert "acute_admissions@1" not in found


def test_definitions_are_known_by_name_and_then_by_version(folder):
    text = (folder / "scales" / "life_satisfaction.v2.yaml").read_text()
    (folder / "scales" / "life_satisfaction.v10.yaml").write_text(text.replace("version: 2", "version: 10"))
    found = [ref for ref in definitions.known("scales") if ref.startswith("life")]
    assert found == ["life_satisfaction@1", "life_satisfaction@2", "life_satisfaction@10"]


def test_the_hash_of_an_indicator_of_stays_changes_with_what_a_stay_is(folder):
    before = digest("bed_days@1"), digest("hospital_costs@1"), digest("outpatient_contacts@1")
    path = folder / "stays" / "sygehusophold.v1.yaml"
    path.write_text(path.read_text().replace("max_gap_minutes: 240", "max_gap_minutes: 1440"))
    stay.cache_clear()
    assert [digest("bed_days@1") != before[0], digest("hospital_costs@1") != before[1]] == [True, True]
    assert digest("outpatient_contacts@1") == before[2]


def test_the_hash_of_a_cost_changes_with_its_tariff(folder):
    before = digest("hospital_costs@1"), digest("bed_days@1")
    path = folder / "tariffs" / "sygehustakster.v1.yaml"
    path.write_text(path.read_text().replace("4_700 DKK", "4_701 DKK"))
    tariff.cache_clear()
    assert digest("hospital_costs@1") != before[0]
    assert digest("bed_days@1") == before[1]


@pytest.mark.parametrize(
    ("ref", "first"),
    [
        # As they were before stays came: a contract that names them keeps its hash.
        ("acute_admissions@1", "641a5e2a8fa4f25fa4a73d229edf133d287043ef99e440538dcf90af4659c49a"),
        ("self_support_weeks@1", "011499f31398c015fab034ca86e3dfbd5ef7e335ea0f2a9f50493e8d96795202"),
    ],
)
def test_a_new_kind_of_rule_leaves_the_hash_of_older_definitions_alone(ref, first):
    assert digest(ref) == first
