"""A simulation on disk, read back the plain way: csv and datetime, nothing of the project but the contract."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path

from maalbar.contract import Contract, load_contract
from maalbar.simulate import SimulationSummary

INVESTMENTS = Path(__file__).parents[2] / "investments"
CONTRACTS = sorted(path.stem for path in INVESTMENTS.glob("*.yaml"))
DELIMITERS = {"tab": "\t"}
PEOPLE, SEED = 120, 7


@dataclass(frozen=True)
class Simulated:
    """A contract, where its deliveries lie, and the periods they were drawn for: the second and the last."""

    contract: Contract
    out: Path
    periods: tuple[str, str]
    summary: SimulationSummary

    def path(self, source: str, period: str) -> Path:
        return self.out / source / f"{source}__{self.contract.period(period).run_after}.csv"

    def rows(self, source: str, period: str | None = None) -> list[dict[str, str]]:
        """The rows of a file, by its own column names; of the last period unless told."""
        return read(self.path(source, period or self.periods[-1]), self.contract, source)

    def canonical(self, source: str, period: str | None = None) -> list[dict[str, str]]:
        """The same rows with the canonical names, as far as the contract names the columns; codes as in the file."""
        names = {column: name for name, column in self.contract.deliveries[source].columns.items()}
        return [{names.get(k, k): v for k, v in row.items()} for row in self.rows(source, period)]

    def day(self, source: str, text: str) -> date:
        return datetime.strptime(text, self.contract.deliveries[source].date_format).date()


def read(path: Path, contract: Contract, source: str) -> list[dict[str, str]]:
    delivery = contract.deliveries[source]
    text = path.read_bytes().decode(delivery.encoding)
    return list(csv.DictReader(io.StringIO(text), delimiter=DELIMITERS.get(delivery.delimiter, delivery.delimiter)))


@cache
def contract_of(name: str) -> Contract:
    return load_contract(INVESTMENTS / f"{name}.yaml")
