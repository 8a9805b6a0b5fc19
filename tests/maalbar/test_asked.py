"""What was asked and answered is kept in the books: by place, to what was shown last, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from maalbar import asked
from maalbar.asked import Given, LastPut, Place
from maalbar.database import transaction
from maalbar.errors import StoreDamaged

pytestmark = pytest.mark.usefixtures("results_database")
AT = datetime(2026, 1, 5, tzinfo=UTC)
TOWN = Place("tiny", "tiny__settle", "r1", "approve_town")


def _given(run: str = "r1", contract: str = "tiny") -> dict[str, Given]:
    with transaction() as connection:
        return asked.given(connection, contract, "tiny__settle", run)


def test_an_answer_is_to_what_was_shown_there_and_of_that_run_and_contract_alone():
    with transaction() as connection:
        asked.put(connection, TOWN, "a1")
        asked.answer(connection, TOWN, "tom", "Godkend", "fine", AT)
    assert _given() == {"approve_town": Given("tom", "Godkend", "fine", AT, "a1")}
    assert _given(run="r2") == {} and _given(contract="other") == {}


def test_a_question_that_is_put_again_awaits_its_answer_again():
    with transaction() as connection:
        for digest in ("a1", "b2"):
            asked.put(connection, TOWN, digest)
            if digest == "a1":
                asked.answer(connection, TOWN, "tom", "Godkend", "", AT)
    assert _given() == {}


def test_the_first_answer_to_a_question_stands_and_another_is_not_dropped_in_silence():
    with transaction() as connection:
        asked.put(connection, TOWN, "a1")
        for _ in range(2):
            asked.answer(connection, TOWN, "tom", "Afvis", "", AT)
    for user, option, at in (("tom", "Godkend", AT), ("tove", "Afvis", AT), ("tom", "Afvis", AT + timedelta(hours=1))):
        with pytest.raises(StoreDamaged, match="another answer"), transaction() as connection:
            asked.answer(connection, TOWN, user, option, "", at)
    assert _given()["approve_town"].option == "Afvis"


def test_what_was_put_last_is_known_with_whether_it_is_answered():
    with transaction() as connection:
        assert asked.last_put(connection, TOWN) is None
        asked.put(connection, TOWN, "a1")
        assert asked.last_put(connection, TOWN) == LastPut("a1", is_answered=False)
        asked.answer(connection, TOWN, "tom", "Afvis", "", AT)
        assert asked.last_put(connection, TOWN) == LastPut("a1", is_answered=True)
        asked.put(connection, TOWN, "b2")
        assert asked.last_put(connection, TOWN) == LastPut("b2", is_answered=False)
        assert asked.shown(connection, "tiny", "tiny__settle", "r1") == {"a1", "b2"}
        assert asked.shown(connection, "tiny", "tiny__settle", "r2") == set()


def test_what_was_answered_last_at_each_place_is_known_of_every_run_of_a_dag():
    other, elsewhere = replace(TOWN, run="r2"), replace(TOWN, dag="tiny__release")
    with transaction() as connection:
        for place, digests in ((TOWN, ("a1",)), (other, ("b2", "a1")), (elsewhere, ("c3",))):
            for digest in digests:
                asked.put(connection, place, digest)
                asked.answer(connection, place, "tom", "Afvis", "", AT)
        asked.put(connection, replace(TOWN, run="r3"), "a1")
        found = asked.given_by_run(connection, "tiny", "tiny__settle")
    assert found == {run: {"approve_town": Given("tom", "Afvis", "", AT, "a1")} for run in ("r1", "r2")}


def test_nothing_is_an_answer_where_nothing_was_shown():
    with pytest.raises(StoreDamaged, match="not known what was shown"), transaction() as connection:
        asked.answer(connection, TOWN, "tom", "Godkend", "", AT)


def test_a_remark_that_may_hold_a_cpr_number_is_not_kept():
    with transaction() as connection:
        asked.put(connection, TOWN, "a1")
        asked.answer(connection, TOWN, "tom", "Afvis", "it is 010190-1234", AT)
    assert "1234" not in _given()["approve_town"].comment
