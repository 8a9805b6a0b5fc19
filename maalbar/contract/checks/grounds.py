"""Faults of what indicators rest on: the clock times that stays are made by, the tariffs that costs are reckoned with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Contract
from maalbar.contract.yamlfile import Key, read_definition
from maalbar.settings import PROJECT

DEFINITIONS = PROJECT / "definitions"


def grounds(contract: Contract) -> Iterator[Fault]:
    """Stays can be told by the clock, and every day of the baseline has its price. An unknown definition is told elsewhere."""
    for outcome_id, outcome in contract.outcomes.items():
        key: Key = ("outcomes", outcome_id, "indicator")
        defined = _file("indicators", outcome.indicator)
        counted = [defined, *(_file("indicators", ref) for ref in defined.get("of", {}).values())]
        if any(one.get("table") == "stays" for one in counted):
            yield from _clock(contract, outcome.indicator, key)
        if defined.get("table") == "costs":
            yield from _prices(contract, outcome.indicator, defined, key)


def _clock(contract: Contract, indicator: str, key: Key) -> Iterator[Fault]:
    """Whatever fills hospital contacts says when they start and end."""
    for name, delivery in contract.deliveries.items():
        if delivery.table != "contacts" or delivery.constants.get("sector") == "primary":
            continue
        for column in ("started_at", "ended_at"):
            if column not in delivery.columns:
                what = f"{indicator} is told by the clock, and `{name}` has no {column}"
                yield Fault(key, what, f"map {column} in `deliveries.{name}.columns`")


def _prices(contract: Contract, indicator: str, defined: Mapping[str, Any], key: Key) -> Iterator[Fault]:
    """The baseline is priced. Later tariffs are not known when a contract is written: a measurement asks for its own."""
    rows = _file("tariffs", str(defined["tariff"])).get("amounts", [])
    for use in sorted(defined["of"]):
        held = sorted((str(row["from"]), str(row["to"])) for row in rows if row["of"] == use)
        for window in contract.baseline.windows:
            day = window.window.start.isoformat()
            for start, end in held:
                day = end if start <= day < end else day
            if day < window.window.end.isoformat():
                what = f"{indicator} has no price of `{use}` on {day}"
                yield Fault(key, what, "name a version of the indicator whose tariff covers the baseline")
                break


def _file(shelf: str, ref: str) -> Mapping[str, Any]:
    name, _, version = ref.partition("@")
    path = DEFINITIONS / shelf / f"{name}.v{version}.yaml"
    return read_definition(path) if path.is_file() else {}
