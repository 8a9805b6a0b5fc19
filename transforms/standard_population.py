"""The standard population of a contract: the strata that its cohort is divided into, and what each of them weighs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import pyarrow as pa

from maalbar import definitions
from maalbar.contract import Contract

BENEFIT = {True: "benefit", False: "no benefit"}


def strata(members: pa.Table, contract: Contract) -> pd.Series:
    """The stratum of every member as text, like `60-69|F|benefit`, by person_id: as it was on the day of entry.

    `members`: person_id, age (whole years on the day of entry), sex, has_benefit. A published population is by age alone.
    """
    frame = members.select(["person_id", "age", "sex", "has_benefit"]).to_pandas()
    standard = contract.cohort.standard
    bands = bands_of(contract)
    parts = {"age": frame["age"].map(lambda age: band_of(int(age), bands)), "sex": frame["sex"]}
    parts["benefit"] = frame["has_benefit"].astype(bool).map(BENEFIT)
    by: Sequence[str] = standard.by if standard.population == "cohort" else ("age",)
    text = parts[by[0]].astype(str) if by else pd.Series("all", index=frame.index)
    for name in by[1:]:
        text = text + "|" + parts[name].astype(str)
    return pd.Series(
        text.to_numpy(), index=pd.Index(frame["person_id"], name="person_id"), name="stratum", dtype=object
    )


def standard_of(contract: Contract, members: pa.Table) -> Mapping[str, float] | None:
    """What each stratum weighs, in persons: those of the treated arm at entry, or those of the published population.

    None where nobody is treated: there is nothing to standardise to.
    """
    standard = contract.cohort.standard
    if standard.population != "cohort":
        bands = definitions.population(standard.population).bands
        lowest = [band.youngest for band in bands]
        return {band_of(band.youngest, lowest): float(band.persons) for band in bands}
    treated = members.filter(pa.array([arm == "treated" for arm in members["arm"].to_pylist()], pa.bool_()))
    return {
        str(stratum): float(n) for stratum, n in strata(treated, contract).value_counts().sort_index().items()
    } or None


def band_of(age: int, lowest: Sequence[int]) -> str:
    """The band an age lies in, as text: `60-69`, `1` where it is one year, `80+` the last, `under 60` below the first."""
    older = [start for start in lowest if start > age]
    if len(older) == len(lowest):
        return f"under {lowest[0]}"
    start = lowest[len(lowest) - len(older) - 1]
    if not older:
        return f"{start}+"
    return str(start) if older[0] == start + 1 else f"{start}-{older[0] - 1}"


def bands_of(contract: Contract) -> list[int]:
    """The lowest age of each band that the contract standardises by."""
    standard = contract.cohort.standard
    if standard.population == "cohort":
        return list(standard.age_bands)
    return [band.youngest for band in definitions.population(standard.population).bands]
