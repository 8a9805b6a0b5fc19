"""Simulate: deliveries of every source at the data cut of every period, and the truth behind them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from maalbar.contract import Contract
from maalbar.contract.measuring import Period
from maalbar.errors import ContractError
from maalbar.simulate.defects import MISSING_DELIVERY, Defect, Spot, plan_defects, spoil_file, spoil_rows
from maalbar.simulate.effects import expected_changes
from maalbar.simulate.files import deliver, pack
from maalbar.simulate.registers import extract, tell
from maalbar.simulate.timeline import cut, day_number
from maalbar.simulate.world import World, make_world

TRUTH_FILE = "truth.json"


@dataclass(frozen=True)
class SimulationSummary:
    """What was written: the files in order, their rows by source and data cut, and the truth."""

    files: tuple[Path, ...]
    rows: dict[str, dict[str, int]]
    truth: dict[str, Any]
    truth_path: Path


def simulate(
    contract: Contract,
    out: Path,
    *,
    people: int,
    effect: Mapping[str, float] | float,
    seed: int,
    periods: Sequence[str] | None = None,
    sources: Sequence[str] | None = None,
    defects: Sequence[str] = (),
    area_sd: float = 0.0,
    progress: Callable[[str], None] = lambda line: None,
) -> SimulationSummary:
    """Write `<out>/<source>/<source>__<as_of>.csv` with manifest for every source and period, and truth.json.

    `people`: residents of the target group in the treated areas on the first day of entry, or about so many of those
    whom the contract selects there on earlier use; three times as many are drawn for comparison. `effect`:
    improvement by outcome id in the outcome's unit, or one proportion for every ratio outcome. `periods`,
    `sources`: only these are written, with the same rows as if all were. `defects`: see
    `maalbar.simulate.defects`. `area_sd`: spread of yearly shocks that befall whole areas, on the log scale of
    rates. The same arguments give the same bytes. Raises ContractError for what
    cannot be simulated.
    """
    if people < 1:
        raise ContractError("nobody to simulate", mend="ask for at least one person")
    written = [p for p in contract.calendar.periods if periods is None or p.id in periods]
    told = [s for s in contract.deliveries if sources is None or s in sources]
    _refuse_unknown(periods, [p.id for p in written], "period")
    _refuse_unknown(sources, told, "source")
    planned = plan_defects(contract, defects, written)
    world = make_world(contract, people, effect, seed, area_sd)
    files: list[Path] = []
    rows: dict[str, dict[str, int]] = {}
    for source in told:
        progress(source)
        found = _deliver_source(world, source, written, [d for d in planned if d.source == source], out)
        files += [path for path, _ in found.values()]
        rows[source] = {as_of: count for as_of, (_, count) in found.items()}
    truth = _truth(world, people, rows, defects, area_sd)
    out.mkdir(parents=True, exist_ok=True)
    path = out / TRUTH_FILE
    path.write_text(json.dumps(truth, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return SimulationSummary(tuple(files), rows, truth, path)


def _refuse_unknown(asked: Sequence[str] | None, found: Sequence[str], kind: str) -> None:
    unknown = sorted(set(asked or ()) - set(found))
    if unknown or (asked is not None and not found):
        raise ContractError(f"there is no {kind} `{', '.join(unknown)}`", mend=f"name a {kind} of the contract")


def _deliver_source(
    world: World, source: str, periods: Sequence[Period], defects: Sequence[Defect], out: Path
) -> dict[str, tuple[Path, int]]:
    """Write one source at every data cut. Returns path and rows by data cut."""
    delivery = world.contract.deliveries[source]
    register = tell(world, source)
    found: dict[str, tuple[Path, int]] = {}
    for period in periods:
        here = [defect for defect in defects if defect.period == period.id]
        if any(defect.name == MISSING_DELIVERY for defect in here):
            continue
        as_of = cut(period)
        rows = spoil_rows(extract(register, delivery, day_number(as_of)), here, Spot(delivery, period))
        parcel = spoil_file(pack(rows, delivery, world.contract.id, source, as_of), here)
        found[as_of.isoformat()] = deliver(parcel, out), rows.num_rows
    return found


def _truth(
    world: World, people: int, rows: Mapping[str, Mapping[str, int]], defects: Sequence[str], area_sd: float
) -> dict[str, Any]:
    """What a perfect measurement would find. `true_change` is signed: −0.08 is eight per cent fewer; null: it cannot be told."""
    planted = {plant.outcome: plant.change for plant in world.effects.plants.values()}
    outcomes = {
        name: {
            "indicator": world.contract.outcomes[name].indicator,
            "contrast": world.contract.outcomes[name].contrast,
            "planted_change": planted.get(name),
            "true_change": change,
        }
        for name, change in expected_changes(world.contract, world.effects).items()
    }
    return {
        "contract": world.contract.id,
        "seed": world.seed,
        "people": people,
        "area_sd": area_sd,
        "defects": list(defects),
        "outcomes": outcomes,
        "entered": world.entries.counts(world.time),
        "rows": {source: dict(counts) for source, counts in rows.items()},
    }
