"""What every simulation promises, whatever the contract: the agreed shape, the same bytes, nobody real, no miracles."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from maalbar.contract import load_contract, write_rehearsal
from maalbar.errors import ContractError
from maalbar.periods import billing_day, two_digit_week
from maalbar.simulate import simulate
from maalbar.simulate.registers import extract, tell
from maalbar.simulate.timeline import day_number
from maalbar.simulate.world import make_world

from .simulated import CONTRACTS, INVESTMENTS, PEOPLE, SEED, Simulated, contract_of

LIKE_CPR = re.compile(r"\d{6}-?\d{4}")


def bytes_below(folder: Path) -> dict[str, str]:
    return {str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*.*"))}


def test_the_same_seed_gives_the_same_bytes(simulated: Simulated, tmp_path: Path) -> None:
    simulate(simulated.contract, tmp_path, people=PEOPLE, effect=0.08, seed=SEED, periods=simulated.periods)

    assert bytes_below(simulated.out) == bytes_below(tmp_path)


def test_leaving_out_periods_and_sources_changes_nothing_of_the_rest(simulated: Simulated, tmp_path: Path) -> None:
    source, last = list(simulated.contract.deliveries)[-1], simulated.periods[-1]
    simulate(simulated.contract, tmp_path, people=PEOPLE, effect=0.08, seed=SEED, periods=[last], sources=[source])

    assert [p.name for p in tmp_path.iterdir() if p.is_dir()] == [source]
    alone = tmp_path / source / simulated.path(source, last).name
    assert simulated.path(source, last).read_bytes() == alone.read_bytes()


def test_another_seed_gives_other_bytes_and_other_persons(simulated: Simulated, tmp_path: Path) -> None:
    other = simulate(simulated.contract, tmp_path, people=PEOPLE, effect=0.08, seed=SEED + 1, periods=simulated.periods)
    ours = {row["person_id"] for row in simulated.canonical("population")}
    theirs = Simulated(simulated.contract, tmp_path, simulated.periods, other)

    assert not ours & {row["person_id"] for row in theirs.canonical("population")}


def test_every_agreed_column_is_there_and_no_other(simulated: Simulated) -> None:
    for source, delivery in simulated.contract.deliveries.items():
        items = [column for scale in delivery.items.values() for column in scale.values()]
        agreed = [*delivery.columns.values(), *items, *delivery.ignored]
        header = list(simulated.rows(source)[0])
        if delivery.shape == "weekly_columns":
            weeks = [name for name in header if re.fullmatch(rf"{delivery.week_prefix}\d{{4}}", name)]
            assert len(weeks) > 52 * len(simulated.contract.calendar.periods)
            header = [name for name in header if name not in weeks]
        assert sorted(agreed) == sorted(header), source


def test_every_manifest_describes_its_file(simulated: Simulated) -> None:
    for path in simulated.summary.files:
        raw = path.read_bytes()
        manifest = json.loads(path.with_suffix(".manifest.json").read_text())
        source, as_of = path.stem.split("__")

        assert manifest == {
            "contract": simulated.contract.id,
            "source": source,
            "as_of": as_of,
            "file": path.name,
            "sha256": hashlib.sha256(raw).hexdigest(),
            "rows": raw.count(b"\n") - 1,
            "bytes": len(raw),
        }
    assert len(simulated.summary.files) == 2 * len(simulated.contract.deliveries)


def test_nothing_looks_like_a_cpr_number(simulated: Simulated) -> None:
    for path in simulated.summary.files:
        text = path.read_bytes().decode(simulated.contract.deliveries[path.parent.name].encoding)
        assert not LIKE_CPR.search(text), path.name


def test_nobody_has_anything_after_death(simulated: Simulated) -> None:
    died = {
        row["person_id"]: simulated.day("population", row["died_on"])
        for row in simulated.canonical("population")
        if row["died_on"]
    }
    assert died
    seen = 0
    for source, delivery in simulated.contract.deliveries.items():
        column = next(
            (
                c
                for c in ("started_at", "billing_week", "starts_on", "answered_on", "achieved_on")
                if c in delivery.columns
            ),
            None,
        )
        for row in simulated.canonical(source) if column else ():
            if row["person_id"] in died:
                seen += 1
                text = row[column]
                week = column == "billing_week"
                day = (
                    billing_day(*two_digit_week(text)) if week else datetime.strptime(text, delivery.date_format).date()
                )
                assert day < died[row["person_id"]], source
    assert seen > 100


def test_benefits_end_in_999_after_death(simulated: Simulated) -> None:
    if "benefits" not in simulated.contract.deliveries:
        pytest.skip("this contract asks for no benefits")
    died = {
        r["person_id"]: simulated.day("population", r["died_on"])
        for r in simulated.canonical("population")
        if r["died_on"]
    }
    prefix = simulated.contract.deliveries["benefits"].week_prefix
    for row in simulated.canonical("benefits"):
        weeks = [name for name in row if name.startswith(prefix)]
        thursdays = [billing_day(*two_digit_week(name.removeprefix(prefix))) for name in weeks]
        dead = [row[name] for name, day in zip(weeks, thursdays, strict=True)
                if row["person_id"] in died and day - timedelta(days=3) > died[row["person_id"]]]  # fmt: skip
        assert set(dead) <= {"999"}
        assert [row[name] for name in weeks].count("999") == len(dead)


def test_extracts_are_cumulative(simulated: Simulated) -> None:
    first, last = simulated.periods
    for source, delivery in simulated.contract.deliveries.items():
        key = [c for c in ("contact_id", "claim_id") if c in delivery.columns] or [
            c for c in ("person_id", "service", "starts_on", "resident_from", "answered_on") if c in delivery.columns
        ]
        before = {tuple(row[c] for c in key) for row in simulated.canonical(source, first)}
        after = [tuple(row[c] for c in key) for row in simulated.canonical(source, last)]
        assert before < set(after), source
        assert len(after) == len(set(after)), source


def test_some_hospital_contacts_are_registered_late() -> None:
    contract = contract_of("plads_til_forskel")
    world, delivery = make_world(contract, PEOPLE, 0.0, SEED, 0.0), contract.deliveries["hospital_contacts"]
    register = tell(world, "hospital_contacts")
    cut = contract.calendar.periods[1].run_after
    early = extract(register, delivery, day_number(cut)).to_pylist()
    known = {row["KONTAKT_ID"] for row in early}, {row["PNR"] for row in early}
    later = extract(register, delivery, day_number(cut + timedelta(days=42))).to_pylist()
    added = [row for row in later if row["KONTAKT_ID"] not in known[0] and row["PNR"] in known[1]]
    restated = [row["KONT_STARTTIDSPUNKT"][:10] for row in added]
    late = [day for day in restated if day < cut.isoformat()]

    assert late and min(late) >= (cut - timedelta(days=42)).isoformat()


def test_an_extract_knows_nothing_of_what_comes_after_it(simulated: Simulated) -> None:
    first = simulated.periods[0]
    cut = simulated.contract.period(first).run_after
    for source in simulated.contract.deliveries:
        for row in simulated.canonical(source, first):
            for name in (
                "resident_from",
                "resident_to",
                "died_on",
                "emigrated_on",
                "starts_on",
                "started_at",
                "ended_at",
                "answered_on",
                "achieved_on",
            ):
                if row.get(name):
                    assert simulated.day(source, row[name]) < cut, (source, name)


def test_intervals_of_residence_follow_each_other_but_for_time_abroad(simulated: Simulated) -> None:
    last: dict[str, dict[str, str]] = {}
    returned = 0
    for row in simulated.canonical("population"):
        before = last.get(row["person_id"])
        if before and before["emigrated_on"] == before["resident_to"] and not row["emigrated_on"]:
            returned += 1
            assert simulated.day("population", row["resident_from"]) > simulated.day(
                "population", before["resident_to"]
            )
        elif before:
            assert row["resident_from"] == before["resident_to"]
        last[row["person_id"]] = row
    assert returned


def test_about_as_many_enter_as_were_asked_for() -> None:
    """Entrants of the first wave are binomial around `people`; four standard deviations, and 6 % for the rules' edges."""
    for name in CONTRACTS:
        world = make_world(contract_of(name), 1000, 0.0, SEED, 0.0)
        entered = world.entries.counts(world.time)["w1"]
        assert abs(entered["treated"] - 1000) < 4 * 1000**0.5 + 60
        assert abs(entered["comparison"] / entered["treated"] - 3) < 0.5


def test_the_truth_file_says_what_was_planted(simulated: Simulated) -> None:
    truth = json.loads(simulated.summary.truth_path.read_text())

    assert truth == simulated.summary.truth
    assert (truth["contract"], truth["seed"], truth["people"]) == (simulated.contract.id, SEED, PEOPLE)
    for name, outcome in truth["outcomes"].items():
        is_ratio = simulated.contract.outcomes[name].contrast == "ratio"
        told = -0.08 if is_ratio else 0.0
        assert outcome["true_change"] == (None if outcome["indicator"] == "bed_days@1" else told), name
    assert truth["rows"]["population"] == {
        simulated.contract.period(p).run_after.isoformat(): len(simulated.rows("population", p))
        for p in simulated.periods
    }


def test_a_rehearsed_contract_simulates_too(tmp_path: Path) -> None:
    path = write_rehearsal(INVESTMENTS / "plads_til_forskel.yaml", -8, tmp_path / "contracts")
    contract = load_contract(path)
    summary = simulate(contract, tmp_path / "out", people=20, effect=0.0, seed=1, periods=["0"])

    assert {path.stem.split("__")[1] for path in summary.files} == {contract.calendar.periods[0].run_after.isoformat()}


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"effect": {"no_such": 0.1}}, "no effect can be planted on `no_such`"),
        ({"periods": ["99"]}, "there is no period `99`"),
        ({"sources": ["post"]}, "there is no source `post`"),
        ({"people": 0}, "nobody to simulate"),
        ({"defects": ["rust"]}, "there is no defect `rust`"),
        ({"effect": {"acute_contacts": 0.9, "acute_admissions": 0.0}}, "cannot hold together"),
        ({"effect": {"life_satisfaction": 11.0}}, "longer than the scale"),
    ],
)
def test_what_cannot_be_simulated_is_refused(wrong: dict[str, object], said: str, tmp_path: Path) -> None:
    asked: dict[str, object] = {"people": 20, "effect": 0.0, "seed": 1} | wrong
    with pytest.raises(ContractError, match=re.escape(said)):
        simulate(contract_of("plads_til_forskel"), tmp_path, **asked)  # type: ignore[arg-type]
