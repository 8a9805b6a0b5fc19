"""Sample: a large table is looked at by some of its persons, always the same, and with the same verdicts as by all of them."""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from expectations.history import verdicts
from maalbar.engine import ParquetFiles
from tests.transforms.history.by_hand import rows
from transforms.history import codes, overlap, persons, volume
from transforms.history.figures import Figures, figures_of
from transforms.history.look import Look, untested
from transforms.history.sample import first_outside, one_of, sampled, told

THEN, NOW = date(2021, 10, 15), date(2022, 10, 15)
PERSONS = 8_000
IDS = [hashlib.blake2b(f"person {number}".encode(), digest_size=16).hexdigest() for number in range(PERSONS)]
AREAS = pa.table({"area": ["north", "south"], "arm": ["treated", "comparison"]})


def file(folder: Path, name: str, table: pa.Table) -> ParquetFiles:
    pq.write_table(table, folder / f"{name}.parquet")
    return ParquetFiles((folder / f"{name}.parquet",))


def population(ids: list[str] = IDS, other_sex: int = 0) -> pa.Table:
    return rows(
        "population",
        *({"person_id": who, "sex": "M" if place % 100 < other_sex else "F"} for place, who in enumerate(ids)),
    )


def services(ids: list[str] = IDS, every: int = 1, code: str = "care") -> pa.Table:
    """Two rows a person, half a year apart, in the years before either delivery; with `every`, of one person in so many."""
    changes = [
        {
            "person_id": who,
            "service": code if place % 2 else "help",
            "starts_on": first + timedelta(days=30 * (place % 12)),
        }
        for place, who in enumerate(ids[::every])
        for first in (date(2020, 7, 1), date(2021, 7, 1))
    ]
    return rows("services", *changes)


def looks(folder: Path, then: pa.Table, now: pa.Table, homes: pa.Table, rate: int) -> list[Look]:
    """What is found of services beside earlier ones and the population, by one person of `rate`."""

    def part(name: str, table: pa.Table) -> ParquetFiles:
        return sampled(file(folder, f"{name}-{rate}", table), rate, folder / f"{name}-{rate}-sample.parquet")

    before, after = part("then", then), part("now", now)

    def counted(files: ParquetFiles, as_of: date) -> Figures:
        return figures_of(files, "services", as_of, {}, 5)

    one, other = counted(before, THEN), counted(after, NOW)
    events = ParquetFiles(after.paths, (("person_id", "person_id"), ("happened_on", "starts_on")))
    found = [
        volume.same_time(one, other, date(2020, 7, 1), 0.2),
        codes.drift(one, other, "service"),
        *codes.come_and_gone(one, other, "service"),
        *persons.contradicted(events, part("homes", homes), 0.05, 0.01, 5),
    ]
    return [told(look, rate) for look in found]


def named(found: list[Look]) -> dict[str, str]:
    return dict(zip((look.name for look in found), verdicts(found), strict=True))


def test_a_table_of_a_million_rows_is_looked_at_whole_and_larger_ones_by_one_person_of_16_or_64():
    assert [one_of(rows) for rows in (0, 1_000_000, 1_000_001, 8_000_000, 8_000_001)] == [1, 1, 16, 16, 64]


@pytest.mark.parametrize("rate", [16, 64])
def test_the_sample_is_that_part_of_all_ids(rate):
    pairs = [f"{number:02x}" for number in range(256)]
    assert sum(pair + "f" * 30 < first_outside(rate) for pair in pairs) * rate == 256


def test_two_deliveries_give_the_same_persons_and_all_of_their_rows(tmp_path):
    first = sampled(file(tmp_path, "a", services()), 16, tmp_path / "a16.parquet")
    second = sampled(file(tmp_path, "b", services([*IDS[::-1], "f" * 32])), 16, tmp_path / "b16.parquet")
    wanted = {who for who in IDS if who.startswith("0")}
    assert wanted and len(wanted) == pytest.approx(PERSONS / 16, rel=0.2)
    for one in (first, second):
        assert sorted(pq.read_table(one.paths[0])["person_id"].to_pylist()) == sorted([*wanted, *wanted])


def test_a_small_table_is_its_own_sample_and_its_looks_say_nothing_of_one(tmp_path):
    whole = file(tmp_path, "a", rows("services", {}))
    assert sampled(whole, 1, tmp_path / "nowhere.parquet") is whole
    look = Look("x", value=0.1, found="a tenth", figures={"of": 10})
    assert told(look, 1) is look
    assert told(untested("x", "why"), 16) == untested("x", "why")


def test_a_look_at_a_sample_says_so_in_words_and_figures():
    look = told(Look("x", value=0.1, found="a tenth", figures={"of": 10}), 16)
    assert (look.found, look.figures) == ("a tenth (measured on every 16th person)", {"of": 10, "one_of": 16})


def test_figures_of_a_sample_say_of_whom_and_figures_of_all_say_nothing():
    whole = Figures(NOW, {"all": {}})
    part = Figures(NOW, {"all": {}}, one_of=16, person_key=2)
    assert whole.said() == {"all": {}}
    assert Figures.read(NOW, whole.said()) == whole
    assert Figures.read(NOW, part.said()) == part


STRANGERS = [hashlib.blake2b(f"stranger {number}".encode(), digest_size=16).hexdigest() for number in range(PERSONS)]
CASES = {
    "clean": (services(), population(), set()),
    "half of the rows": (services(every=2, code="help"), population(), None),
    "another code": (services(code="aid"), population(), {"codes_new.service", "codes_vanished.service"}),
    "a tenth of the persons new": (
        services(IDS[: PERSONS * 9 // 10] + STRANGERS[: PERSONS // 10]), population(), {"unknown_persons"},
    ),
    "born after their services": (
        services(),
        population().set_column(2, "birth_month", pa.array([date(2021, 1, 1)] * PERSONS, pa.date32())),
        {"before_birth"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_sample_gives_the_verdicts_that_all_give(tmp_path, case):
    now, homes, stopped = CASES[case]
    whole, part = (named(looks(tmp_path, services(), now, homes, rate)) for rate in (1, 16))
    assert part == whole
    broken = {name for name, verdict in part.items() if verdict == "broken"}
    assert "volume" in broken if stopped is None else broken == stopped


def test_persons_who_are_gone_or_others_stop_by_the_sample_as_by_all(tmp_path):
    found = []
    for rate in (1, 16):
        given = [("then", population()), ("now", population(IDS[: PERSONS * 9 // 10], other_sex=5))]
        parts = [sampled(file(tmp_path, f"{n}{rate}", t), rate, tmp_path / f"{n}{rate}s.parquet") for n, t in given]
        found.append(named(persons.changed(parts[0], parts[1], THEN, AREAS, 0.05, 0.01, 5)))
        assert named(overlap.overlap(parts[1], "population", 0.01, 5)) == {"overlap": "held"}
    assert found[0] == found[1]
    assert (found[1]["persons_gone"], found[1]["persons_other_sex"], found[1]["persons_appeared"]) == (
        "broken", "broken", "held",
    )  # fmt: skip
