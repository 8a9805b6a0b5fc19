"""The same results without the product: DuckDB's bare scan of the columns, and hand-written Polars and pandas.

Each follows the definitions that `steps` names, written once more for one purpose: what can be known beforehand is used, like
the order of the files. `part` is a range of persons, over all of the files; `None` is everybody in one year's file.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
from steps import EVENTS, OWN_UNITS

ACUTE, GP, HOSPITAL = "acute_hospital_contacts@1", "gp_contacts@1", "hospital_contacts@1"
STAY, ADMISSION, READMISSION = "hospital_stays@1", "admissions@1", "acute_readmissions@1"
COLUMNS = ["person_id", "sector", "started_on", "minutes", "priority", "form", "unit", "specialty"]
OF_STAYS = ["person_id", "contact_id", "started_on", "ended_on", "started_minute", "ended_minute", "priority"]
GAP, LONG, AFTER, WITHIN = 240, 720, 240, 30 * 24 * 60
"""Minutes: between contacts of a stay, of an admission, and from discharge to readmission: more than, and at most."""


def bare_scan(files: list[Path]) -> None:
    """What reading the columns costs: the largest value of each."""
    largest = ", ".join(f"max({column})" for column in COLUMNS)
    with duckdb.connect(config={"threads": 2}) as connection:
        connection.execute(f"select {largest} from read_parquet(?)", [[str(file) for file in files]]).fetchall()  # noqa: S608


def polars_counts(files: list[Path], time: pl.LazyFrame) -> pa.Table:
    """Counts of the three indicators in one pass over the contacts of those in `time`."""
    hospital = pl.col("sector") == "hospital"
    mine = pl.col("unit").is_in(list(OWN_UNITS)).fill_null(False)
    acute = hospital & (pl.col("priority") == "ATA1") & pl.col("form").is_in(["ALCA00", "ALCA03"]) & ~mine
    doctor = (pl.col("sector") == "primary") & (pl.col("specialty") == "80") & pl.col("form").is_in(["K", "T"])
    names = {ACUTE: acute, GP: doctor, HOSPITAL: hospital}
    counted = (
        pl.scan_parquet(files)
        .select("person_id", "started_on", *(rule.fill_null(False).alias(name) for name, rule in names.items()))
        .filter(pl.any_horizontal(*names))
        .join(time, on="person_id")
        .filter(_in_window("started_on"))
        .group_by("person_id", "window_id")
        .agg(pl.col(name).sum() for name in names)
        .unpivot(on=list(names), index=["person_id", "window_id"], variable_name="indicator", value_name="quantity")
        .filter(pl.col("quantity") > 0)
        .sort("person_id", "window_id", "indicator")
    )
    return counted.collect(engine="streaming").to_arrow().select(EVENTS)


def polars_stays(files: list[Path], time: pl.LazyFrame) -> pa.Table:
    """Stays, admissions and readmissions of those in `time`, from all their contacts."""
    people = time.select("person_id").unique()
    contacts = (
        pl.scan_parquet(files)
        .filter((pl.col("sector") == "hospital") & (pl.col("form") == "ALCA00"))
        .select(OF_STAYS)
        .join(people, on="person_id", how="semi")
        .with_columns(is_acute=pl.col("priority") == "ATA1")
        .collect(engine="streaming")
        .sort("person_id", "started_minute", "is_acute", "contact_id", descending=[False, False, True, False])
        .lazy()
    )
    reached = pl.col("ended_minute").cum_max().shift(1).over("person_id")
    stays = (
        contacts.with_columns(is_first=(reached.is_null() | (pl.col("started_minute") > reached + GAP)))
        .with_columns(stay=pl.col("is_first").cum_sum())
        .group_by("stay", maintain_order=True)
        .agg(
            pl.col("person_id", "started_minute", "started_on", "is_acute").first(),
            pl.col("ended_minute", "ended_on").max(),
        )
        .collect()
    )
    admissions = stays.filter(pl.col("ended_minute") - pl.col("started_minute") >= LONG)
    deaths = time.filter("is_death").select("person_id", died_on="to_on").collect()
    later = pl.col("started_minute", "started_on", "is_acute").shift(-1).over("person_id").name.prefix("next_")
    wait = pl.col("next_started_minute") - pl.col("ended_minute")
    again = (
        admissions.with_columns(later)
        .join(deaths, on="person_id", how="left")
        .filter(pl.col("next_is_acute") & (wait > AFTER) & (wait <= WITHIN))
        .filter(pl.col("died_on").is_null() | (pl.col("died_on") > pl.col("ended_on")))
        .select("person_id", started_on="next_started_on")
    )
    parts = [(STAY, stays), (ADMISSION, admissions), (READMISSION, again)]
    events = pl.concat(rows.select("person_id", "started_on", indicator=pl.lit(name)) for name, rows in parts)
    counted = (
        events.lazy()
        .join(time, on="person_id")
        .filter(_in_window("started_on"))
        .group_by("person_id", "window_id", "indicator")
        .agg(quantity=pl.len())
        .sort("person_id", "window_id", "indicator")
    )
    return counted.collect().to_arrow().select(EVENTS)


def _in_window(day: str) -> pl.Expr:
    when = pl.col(day)
    return (when >= pl.col("from_on")) & ((when < pl.col("to_on")) | (pl.col("is_death") & (when == pl.col("to_on"))))


def pandas_counts(files: list[Path], time: pd.DataFrame) -> pa.Table:
    """Counts of the three indicators, a million contacts at a time."""
    parts = []
    for file in files:
        reader = pq.ParquetFile(file)
        for group in range(reader.num_row_groups):
            chunk = reader.read_row_group(group, columns=COLUMNS).to_pandas(date_as_object=False)
            chunk = chunk[chunk["person_id"].isin(time["person_id"])]
            hospital = chunk["sector"] == "hospital"
            mine = chunk["unit"].isin(OWN_UNITS)
            acute = hospital & (chunk["priority"] == "ATA1") & chunk["form"].isin(["ALCA00", "ALCA03"]) & ~mine
            doctor = (chunk["sector"] == "primary") & (chunk["specialty"] == "80") & chunk["form"].isin(["K", "T"])
            for name, rule in ((ACUTE, acute), (GP, doctor), (HOSPITAL, hospital)):
                parts.append(_by_window(chunk.loc[rule, ["person_id", "started_on"]], time, name))
    return _summed(parts)


def pandas_stays(files: list[Path], time: pd.DataFrame) -> pa.Table:
    """Stays, admissions and readmissions, from all contacts of those in `time`, which are read a million at a time."""
    people, found = time["person_id"].unique(), []
    for file in files:
        reader = pq.ParquetFile(file)
        for group in range(reader.num_row_groups):
            chunk = reader.read_row_group(group, columns=[*OF_STAYS, "sector", "form"]).to_pandas(date_as_object=False)
            taken = (chunk["sector"] == "hospital") & (chunk["form"] == "ALCA00") & chunk["person_id"].isin(people)
            found.append(chunk.loc[taken, OF_STAYS])
    contacts = pd.concat(found)
    contacts["is_acute"] = contacts["priority"] == "ATA1"
    contacts["is_planned"] = ~contacts["is_acute"]
    contacts = contacts.sort_values(["person_id", "started_minute", "is_planned", "contact_id"], ignore_index=True)
    reached = contacts.groupby("person_id")["ended_minute"].cummax().groupby(contacts["person_id"]).shift(1)
    contacts["stay"] = (reached.isna() | (contacts["started_minute"] > reached + GAP)).cumsum()
    first = {name: (name, "first") for name in ("person_id", "started_minute", "started_on", "is_acute")}
    last = {name: (name, "max") for name in ("ended_minute", "ended_on")}
    stays = contacts.groupby("stay", as_index=False).agg(**first, **last)
    admissions = stays[stays["ended_minute"] - stays["started_minute"] >= LONG]
    later = admissions.groupby("person_id")[["started_minute", "started_on", "is_acute"]].shift(-1)
    wait = later["started_minute"] - admissions["ended_minute"]
    died = admissions["person_id"].map(time.loc[time["is_death"]].set_index("person_id")["to_on"])
    alive = died.isna() | (died > admissions["ended_on"])
    again = later["is_acute"].eq(True) & (wait > AFTER) & (wait <= WITHIN) & alive
    readmissions = later.loc[again, ["started_on"]].assign(person_id=admissions["person_id"])
    parts = ((STAY, stays), (ADMISSION, admissions), (READMISSION, readmissions))
    return _summed([_by_window(rows[["person_id", "started_on"]], time, name) for name, rows in parts])


def _by_window(events: pd.DataFrame, time: pd.DataFrame, name: str) -> pd.DataFrame:
    found = events.merge(time, on="person_id")
    day = found["started_on"]
    found = found[(day >= found["from_on"]) & ((day < found["to_on"]) | (found["is_death"] & (day == found["to_on"])))]
    return found.groupby(["person_id", "window_id"], as_index=False).size().assign(indicator=name)


def _summed(parts: list[pd.DataFrame]) -> pa.Table:
    """The parts together: a person whose contacts lie in two of them is counted once."""
    whole = pd.concat(parts).groupby(["person_id", "window_id", "indicator"], as_index=False)["size"].sum()
    return pa.Table.from_pandas(whole.rename(columns={"size": "quantity"}), preserve_index=False).select(EVENTS)
