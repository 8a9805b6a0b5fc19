"""A delivery that differs from those before it waits for a named person, and what was found of it is kept with it."""

from __future__ import annotations

import base64
import hashlib
import os
from datetime import date

import pytest
from sqlalchemy import select

from maalbar.database import transaction
from maalbar.errors import DecisionNeeded, DeliveryRefused, SetupError
from maalbar.flow import history, intake, lateness
from maalbar.periods import add_months
from maalbar.schema import decision, delivery_figure, refusal
from tests.flow.landing import PEOPLE, deliver, known
from transforms.history import sample

pytestmark = pytest.mark.usefixtures("results_database")
HEADER = PEOPLE.strip().splitlines()[0]
THEN, NOW = "2021-10-15", "2022-10-15"
WORD = {"name": "Dorte Data", "reason": "two areas were sold"}


@pytest.fixture
def contract(tiny_contract):
    return tiny_contract()


def people(count: int, area: str = "north", sex: str = "F") -> str:
    rows = [f"p{n:03d};{sex};1950-01-01;{area};2010-01-01;;;;0" for n in range(count)]
    return "\n".join([HEADER, *rows]) + "\n"


def services(persons: int, first: int = 0) -> str:
    rows = [f"p{n:03d};care;2021-05-0{day};1" for n in range(first, first + persons) for day in (3, 4)]
    return "\n".join(["person;service;week_start;hours", *rows]) + "\n"


def found(contract, source: str, as_of: str) -> dict[str, dict]:
    (row,) = [r for r in known(contract) if (r["source"], r["as_of"]) == (source, date.fromisoformat(as_of))]
    with transaction() as connection:
        return {check["name"]: check for check in history.checks_of(connection, row["delivery_id"])}


def test_the_first_delivery_of_a_source_is_taken_in_and_said_to_be_untested(contract):
    deliver(contract, text=people(200), as_of=THEN)
    intake.take_in("tiny", "0")
    checks = found(contract, "population", THEN)
    assert checks["volume"]["verdict"] == checks["persons_gone"]["verdict"] == "untested"
    assert "nothing of an earlier day is taken in" in checks["volume"]["words"]
    assert (checks["overlap"]["verdict"], checks["overlap"]["words"]) == ("held", "")
    with transaction() as connection:
        figures = connection.execute(select(delivery_figure.c.figures)).scalar_one()
    assert figures["area"] == {"north": [200, 200, 200]}


@pytest.mark.fault("F23")
def test_a_file_with_a_quarter_of_its_persons_gone_stops_and_says_what_to_ask(contract):
    deliver(contract, text=people(200), as_of=THEN)
    intake.take_in("tiny", "0")
    deliver(contract, text=people(150), as_of=NOW)
    with pytest.raises(DecisionNeeded) as stopped:
        intake.take_in("tiny", "1")
    line = stopped.value.line
    assert "150 residents on 2021-07-01, where 200" in line and "stood as of 2021-10-15 (-25 %)" in line
    assert "ask the sender whether the extract is whole" in line
    assert "maalbar accept tiny population-2022-10-15.csv" in line
    assert len(known(contract)) == 1
    with transaction() as connection:
        assert connection.execute(select(refusal.c.checks)).scalar_one() == ["volume", "persons_gone"]


def test_a_named_person_lets_it_in_and_nothing_else_does(contract):
    deliver(contract, text=people(200), as_of=THEN)
    intake.take_in("tiny", "0")
    sha256 = deliver(contract, text=people(150), as_of=NOW)
    for _ in range(2):
        with pytest.raises(DecisionNeeded):
            intake.take_in("tiny", "1")
    history.accept(contract, sha256[:8], **WORD)
    assert len(intake.take_in("tiny", "1")) == 1
    checks = found(contract, "population", NOW)
    assert (checks["volume"]["verdict"], checks["volume"]["figures"]["change"]) == ("broken", -0.25)
    with transaction() as connection:
        (row,) = connection.execute(select(decision)).mappings()
    assert (row["sha256"], row["said_by"], row["said_why"]) == (sha256, WORD["name"], WORD["reason"])


def test_a_decision_lets_in_no_other_file_and_no_other_fault(contract):
    deliver(contract, text=people(200), as_of=THEN)
    intake.take_in("tiny", "0")
    first = deliver(contract, text=people(150), as_of=NOW)
    with pytest.raises(DecisionNeeded):
        intake.take_in("tiny", "1")
    history.accept(contract, first, **WORD)
    deliver(contract, text=people(140), as_of=NOW)
    with pytest.raises(DecisionNeeded, match="140 residents"):
        intake.take_in("tiny", "1")
    # The same persons, of whom many now are others: volume alone was decided.
    with transaction() as connection:
        connection.execute(
            decision.insert(),
            {"contract": "tiny", "source": "population", "as_of": date(2022, 10, 15), "checks": ["volume"], "said_by": "x",
             "said_why": "x", "sha256": deliver(contract, text=people(150, sex="M"), as_of=NOW)},
        )  # fmt: skip
    with pytest.raises(DecisionNeeded, match="another sex"):
        intake.take_in("tiny", "1")


@pytest.mark.parametrize("file", ["population-2022-10-15.csv", "abcd", "../x", "0" * 64])
def test_a_file_that_does_not_wait_cannot_be_let_in(contract, file):
    with pytest.raises(DeliveryRefused, match="is no file that was stopped until a person decides"):
        history.accept(contract, file, **WORD)


def test_a_decision_has_a_name_and_a_reason(contract):
    with pytest.raises(SetupError):
        history.accept(contract, "population-2022-10-15.csv", name=" ", reason="why")


def test_a_refusal_that_is_no_matter_of_history_cannot_be_decided_away(contract):
    sha256 = deliver(contract, text=PEOPLE.replace("north", "0101501234"))
    with pytest.raises(DeliveryRefused):
        intake.take_in("tiny", "1")
    with pytest.raises(DeliveryRefused, match="no file that was stopped"):
        history.accept(contract, sha256, **WORD)


def test_persons_whom_the_population_of_the_period_does_not_know_stop_a_file_that_comes_with_it(contract):
    # In the order of the contract the population comes first, whatever the order of files.
    deliver(contract, text=people(50))
    deliver(contract, "services", text=services(20, first=40))
    with pytest.raises(DecisionNeeded, match=r"unknown_persons: 10 of 20 \(50 %\) persons are not in the population"):
        intake.take_in("tiny", "1")
    assert [row["source"] for row in known(contract)] == ["population"]


def test_without_a_population_persons_are_untested_and_few_unknown_are_warned_of(contract):
    deliver(contract, "services", text=services(20))
    intake.take_in("tiny", "1")
    assert found(contract, "services", NOW)["unknown_persons"]["verdict"] == "untested"
    deliver(contract, text=people(58), as_of="2022-10-20")
    deliver(contract, "services", text=services(20, first=40), as_of="2022-10-20")
    intake.take_in("tiny", "1")
    check = found(contract, "services", "2022-10-20")["unknown_persons"]
    assert (check["verdict"], check["figures"]) == ("warned", {"count": "few", "of": 20})


def test_ids_under_another_key_are_not_compared(contract, monkeypatch):
    deliver(contract, text=people(200), as_of=THEN)
    intake.take_in("tiny", "0")
    newer = base64.b64encode(hashlib.sha256(b"a newer key of the tests").digest()).decode()
    monkeypatch.setenv("MAALBAR_PERSON_KEYS", f"2:{newer},{os.environ['MAALBAR_PERSON_KEYS']}")
    deliver(contract, text=people(200), as_of=NOW)
    intake.take_in("tiny", "1")
    check = found(contract, "population", NOW)["persons_gone"]
    assert (check["verdict"], check["words"]) == (
        "untested", "persons_gone: not tested, the delivery before has its person ids under another key",
    )  # fmt: skip


def test_a_corrected_file_is_held_against_the_one_whose_place_it_takes(contract):
    first = deliver(contract, text=people(200))
    intake.take_in("tiny", "1")
    deliver(contract, text=people(100), name="second", supersedes=first)
    with pytest.raises(DecisionNeeded, match=r"volume_superseded: 100 residents .* \(-50 %\)"):
        intake.take_in("tiny", "1")


def test_one_person_of_two_sexes_in_one_file_is_set_aside_with_all_rows(contract):
    twice = people(30) + "p000;M;1950-01-01;north;2015-01-01;;;;0\n"
    deliver(contract, text=twice)
    intake.take_in("tiny", "1")
    (row,) = known(contract)
    assert (row["rows_in"], row["rows_accepted"], row["rows_quarantined"]) == (31, 29, 2)


def test_a_large_file_is_looked_at_by_a_sample_that_its_figures_and_words_name(contract, monkeypatch):
    monkeypatch.setattr(sample, "RATES", ((1_000, 4),))
    deliver(contract, text=people(1_600), as_of=THEN)
    intake.take_in("tiny", "0")
    with transaction() as connection:
        first = connection.execute(select(delivery_figure.c.figures)).scalar_one()
    assert first["sample"] == {"one_of": 4, "person_key": known(contract)[0]["person_key"]}
    assert first["all"][""][0] == pytest.approx(400, rel=0.2)
    deliver(contract, text=people(900), as_of=NOW)
    with pytest.raises(DecisionNeeded, match=r"volume: .* \(measured on every 4th person\)"):
        intake.take_in("tiny", "1")
    deliver(contract, text=people(1_590), as_of=NOW)
    intake.take_in("tiny", "1")
    check = found(contract, "population", NOW)["volume"]
    assert (check["verdict"], check["figures"]["one_of"], check["figures"]["before"]) == (
        "held",
        4,
        first["all"][""][0],
    )


def test_an_earlier_file_that_was_counted_whole_is_counted_anew_on_the_persons_of_the_sample(contract, monkeypatch):
    deliver(contract, text=people(1_600), as_of=THEN)
    intake.take_in("tiny", "0")
    monkeypatch.setattr(sample, "RATES", ((1_000, 4),))
    deliver(contract, text=people(1_600), as_of=NOW)
    intake.take_in("tiny", "1")
    figures = found(contract, "population", NOW)["volume"]["figures"]
    assert (figures["one_of"], figures["change"]) == (4, 0.0)
    assert figures["before"] == pytest.approx(400, rel=0.2)


@pytest.mark.parametrize(("half", "noted"), [(3, []), (4, ["services"])])
def test_the_calendar_notes_a_register_that_needs_more_time_than_it_is_given(contract, half, noted):
    # Period 1 ends with June and its data are due in October, four months later. At first the last `half` months are half there;
    # of three months together, all are there after `half` + 1.
    def extract(first: date, months: int, thin: int) -> str:
        days = [add_months(first, number) for number in range(months)]
        rows = [
            f"p{n:03d};care;{day};1" for day in days for n in range(120 if day not in days[months - thin :] else 60)
        ]
        return "\n".join(["person;service;week_start;hours", *rows]) + "\n"

    start = date(2019, 10, 1)
    deliver(contract, "services", text=extract(start, 24, half), as_of=THEN)
    intake.take_in("tiny", "0")
    assert lateness.notes(contract) == []
    deliver(contract, "services", text=extract(start, 36, 0), as_of=NOW)
    intake.take_in("tiny", "1")
    assert [note.partition(":")[0] for note in lateness.notes(contract)] == noted
    assert all("has needed 5 months to be 95 % registered" in note for note in lateness.notes(contract))
