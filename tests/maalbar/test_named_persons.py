"""Files of named persons are read strictly: what cannot be meant is refused in one line that names the place."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from maalbar import engine, joined
from maalbar.errors import ContractError, SetupError
from maalbar.named_persons import persons_of_step
from maalbar.settings import PROJECT

SOUND = """\
step: claim_counts
title: Verified claims
shared:
  claim_rules: |
    indicator | outcome
    plans     | action_plans
persons:
  - name: Åse
    rule: verified
    says: Åse's claim
      is verified.
    tables:
      person_time: |
        window_id | from_on    | to_on
        1         | 2020-07-01 | 2021-07-01
      claims: |
        achieved_on
        2020-09-01
    expected: |
      window_id | indicator | quantity
      1         | plans     | 1
"""


@pytest.fixture
def file(tmp_path):
    def write(text: str, name: str = "claim_counts"):
        path = tmp_path / f"{name}.yaml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_a_file_gives_persons_tables_and_expected_rows(file):
    found = persons_of_step(file(SOUND))
    (aase,) = found.persons
    assert (found.step, found.title, aase.person_id, aase.rule) == (
        "claim_counts",
        "Verified claims",
        "åse",
        "verified",
    )
    assert aase.says == "Åse's claim is verified."
    tables = found.tables(found.persons, engine.read_step("claim_counts")[1])
    assert sorted(tables) == ["claim_rules", "claims", "person_time"]
    claim = tables["claims"].to_pylist()[0]
    assert claim["person_id"] == "åse"
    assert claim["claim_id"] == "åse-k1"
    assert claim["achieved_on"] == date(2020, 9, 1)
    text = [(name, pa.string()) for name in ("person_id", "window_id", "indicator")]
    whole = [("quantity", pa.int64())]
    expected = {"window_id": "1", "indicator": "plans", "quantity": 1}
    assert aase.expected_rows(pa.schema(text + whole)) == [{"person_id": "åse"} | expected]
    assert aase.expected_rows(pa.schema(text[1:] + whole)) == [expected]


def test_a_rule_that_two_persons_draw_is_there_once(file):
    again = "      claim_rules: |\n        indicator | outcome\n        plans     | action_plans\n"
    found = persons_of_step(file(SOUND.replace("    tables:\n", f"    tables:\n{again}")))
    tables = found.tables(found.persons, engine.read_step("claim_counts")[1])
    assert tables["claim_rules"].num_rows == 1


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("step: claim_counts", "step: another", r":1: tells of the step another — name file and step alike"),
        ("title: Verified claims\n", "", r":1: title is missing"),
        ("title: Verified claims", "titel: x", r":2: there is no key titel — write step, title"),
        ("title: Verified claims", "title: [a]", r":2: title is no text"),
        ("    rule: verified\n", "", r":8: rule is missing"),
        ("    rule: verified", "    age: 3", r":9: there is no key age"),
        ("    plans     | action_plans", "    plans", r":4: line 2 of the drawing has 1 cells, the first has 2"),
        ("  claim_rules:", "  rules:", r":4: there is no table rules"),
        ("indicator | outcome\n", "indicator | price\n", r":4: claim_rules has no column price"),
        (
            "indicator | outcome\n",
            "outcome | outcome\n",
            r":4: the first line of a drawing names its columns, each once",
        ),
        ("        2020-09-01\n", "        1.9.2020\n", r":16: a cell of the drawing is no date — write 2021-01-10"),
        (
            "      window_id | indicator | quantity\n      1",
            "      window_id\n      1",
            r":19: line 2 of the drawing has 3",
        ),
        ("persons:\n", "persons: none\nx:\n", r":8: there is no key x"),
        ("says: Åse's", "says: !!str Åse's", r":10: a tag is not allowed"),
        ("title: Verified claims", "title: a\ntitle: b", r":3: `title` is given twice"),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_line_with_its_place(file, old, new, fault):
    assert old in SOUND
    with pytest.raises((SetupError, ContractError), match=rf"claim_counts\.yaml{fault}") as told:
        persons_of_step(file(SOUND.replace(old, new, 1)))
    assert "\n" not in str(told.value)


def test_two_persons_of_one_name_are_refused(file):
    twice = SOUND + SOUND.partition("persons:\n")[2]
    with pytest.raises(SetupError, match=r":22: two persons of one name"):
        persons_of_step(file(twice))


def test_a_drawing_that_the_step_does_not_read_and_a_column_it_does_not_give_are_refused(file):
    found = persons_of_step(file(SOUND))
    with pytest.raises(SetupError, match="the step claim_counts does not read claims"):
        found.tables(found.persons, ("claim_rules", "person_time"))
    with pytest.raises(SetupError, match="the step gives no column indicator"):
        found.persons[0].expected_rows(pa.schema([("window_id", pa.string())]))


def test_every_table_that_a_step_reads_has_its_columns_in_one_place():
    for path in (PROJECT / "sql").glob("*.sql"):
        assert set(engine.read_step(path.stem)[1]) <= set(joined.readable())


@pytest.mark.parametrize("step", sorted(path.stem for path in (PROJECT / "sql").glob("*.sql")))
def test_what_a_step_hands_to_the_next_has_the_columns_told(step):
    known = joined.readable()
    reads = engine.read_step(step)[1]
    result = engine.run(step, {name: known[name].schema.empty_table() for name in reads}).schema
    handed_on = {"hospital_stays": "stays"}.get(step, step)
    if handed_on in known:
        told = known[handed_on].schema
        assert {field.name: field.type for field in result if field.name in told.names} == {
            field.name: told.field(field.name).type for field in result if field.name in told.names
        }
        assert set(result.names) <= set(told.names)
