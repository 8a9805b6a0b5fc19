"""Trace: an auditor follows one krone back to who said yes, the terms, the result and the code.

5 % in the first period are 25,000 kr., 18,750 by the region, of which 18,750 / 1.12 = 16,741.07 is principal; 6 % instead
are 30,000, 22,500 and 20,089.29.
"""

from __future__ import annotations

import json
from dataclasses import asdict

import pytest

from maalbar.cli.traced import lines
from maalbar.errors import SettlementRefused
from maalbar.flow.trace import trace
from maalbar.version import code_version
from tests.flow.measured import ANSWERED_AT, measured, settled

pytestmark = pytest.mark.usefixtures("results_database")


@pytest.fixture
def contract(tiny_contract):
    """One settlement, and a correction of it."""
    contract = tiny_contract()
    for contacts in ("0.05", "0.06"):
        measured(contract, "1", contacts)
        settled(contract, "1")
    return contract


def test_an_entry_leads_to_its_legs_its_line_and_what_is_owed(contract):
    found = trace(contract.id, 2)
    assert {name: found.entry[name] for name in ("settlement", "line", "period", "outcome", "component", "payer_name")} == {
        "settlement": 1, "line": 2, "period": "1", "outcome": "contacts", "component": "principal",
        "payer_name": "The Region",
    }  # fmt: skip
    assert found.legs == [
        {"account": "payer/region", "amount_minor": -16_741_07},
        {"account": "recipient/fund/principal", "amount_minor": 16_741_07},
    ]
    assert (found.owed, found.before) == (16_741_07, [])


def test_it_tells_what_was_looked_at_and_what_the_reserve_came_to(tiny_contract):
    rule = {"when": "not_measurable", "use": {"before_after": "100 %"}, "source": "minutes"}
    contract = tiny_contract({"outcomes.contacts.fallback": rule})
    looked = (
        {"outcome": "contacts", "name": "check.pre_trend", "verdict": "broken", "figures": {"p_value": "0.010000"}},
        {
            "outcome": "contacts",
            "name": "estimator.before_after",
            "verdict": "shown",
            "figures": {"change": "-0.050000"},
        },
        {"outcome": "satisfaction", "name": "check.placebo", "verdict": "held", "figures": {}},
    )
    measured(contract, "1", None, diagnostics=looked)
    settled(contract, "1")
    told = list(lines(trace(contract.id, 1)))
    assert "  looked at   cumulative: check.pre_trend broken" in told
    assert "              cumulative: estimator.before_after shown, change -0.050000" in told
    assert not [line for line in told if "placebo" in line]


def test_a_correction_is_what_is_owed_now_less_what_was_posted_before(contract):
    found = trace(contract.id, 6)
    assert found.entry["settlement"] == 2
    assert (found.owed, found.before) == (20_089_29, [{"entry": 2, "settlement": 1, "amount_minor": 16_741_07}])
    assert found.entry["amount_minor"] == 20_089_29 - 16_741_07
    # It rests on the revision that brought it, and the entry before still on its own.
    assert found.measurement["measurement_id"] == "tiny|1|r2"
    assert trace(contract.id, 2).measurement["measurement_id"] == "tiny|1|r1"


def test_it_names_who_approved_which_digest_and_when(contract):
    found = trace(contract.id, 2)
    assert found.proposal["digest"] == found.entry["proposal_digest"]
    assert [
        (a["party_name"], a["name"], a["authority"], a["digest"] == found.proposal["digest"]) for a in found.approvals
    ] == [
        ("The Fund", "Fie Fund", "Power of attorney", True),
        ("The Region", "Rita Region", "Delegation 1", True),
        ("The Town", "Tom Town", "Delegation 3", True),
    ]
    assert {a["answered_at"] for a in found.approvals} <= {ANSWERED_AT, "2022-12-01T09:00:00+00:00"}


def test_it_says_whether_the_file_still_says_what_it_said_then(contract, tiny_contract):
    assert trace(contract.id, 2).terms == {"digest": contract.digest, "is_as_today": True}
    tiny_contract({"terms.premium.rate": "5 %", "parties.region.name": "The New Region"})
    found = trace(contract.id, 2)
    assert found.terms == {"digest": contract.digest, "is_as_today": False}
    assert (found.owed, found.entry["payer_name"]) == (16_741_07, "The Region"), "by the terms of then"


def test_it_shows_the_way_from_result_to_amount(contract):
    found = trace(contract.id, 2)
    (step,) = found.steps
    assert (step["kind"], step["attained"], step["result"]["cumulative"]) == ("pro_rata", "0.5", "0.05")
    assert {row["basis"]: row["improvement"] for row in found.results} == {"period": "0.05", "cumulative": "0.05"}
    assert found.definition["ref"] == "hospital_contacts@1"
    assert found.code == {"version": "0.1.0+test", "is_as_today": False}
    assert found.code["version"] != code_version()


def test_it_can_be_written_as_json(contract):
    assert json.loads(json.dumps(asdict(trace(contract.id, 2))))["owed"] == 16_741_07


def test_a_secretariat_reads_it_from_the_krone_down(contract):
    told = list(lines(trace(contract.id, 6)))
    assert told[0] == "tiny, ledger entry 6: The Region to The Fund, 3,348.22 DKK principal"
    assert [line[2:14].strip() for line in told[1:] if line[2:14].strip()] == [
        "posted", "owed", "approved", "terms", "computed", "results", "definition", "measured", "code",
    ]  # fmt: skip
    assert "  owed        20,089.29 DKK by terms and results" in told
    assert "              less 16,741.07 DKK posted before, entry 2 of settlement 1" in told
    assert any("approve: Tom Town for The Town, Delegation 3, 2022-12-01T" in line for line in told)
    assert not any("None" in line for line in told)


def test_an_entry_that_is_not_there_gives_one_line(contract, tiny_contract):
    for number in (0, 9, -1):
        with pytest.raises(SettlementRefused, match=f"ledger of tiny: there is no entry {number} — they are 1 to 8"):
            trace(contract.id, number)
    with pytest.raises(SettlementRefused, match="there is no entry 1 — nothing is posted"):
        trace(tiny_contract(id="empty").id, 1)
