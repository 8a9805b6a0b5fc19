"""Which engine runs the steps, and how much of the machine it may take: what MAALBAR_ENGINE and its neighbours say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

from maalbar.errors import SetupError
from maalbar.settings import settings

_MEND = "write duckdb, spark://local[2], spark://HOST:PORT or spark://yarn"
_SPARK = re.compile(r"spark://(?P<master>local(\[(\d+|\*)\])?|yarn|[A-Za-z0-9.-]+:\d+)")


@dataclass(frozen=True)
class Address:
    """An engine: `duckdb` in this process, or `spark` at a master (`local[2]`, `yarn`, `spark://host:7077`)."""

    name: Literal["duckdb", "spark"]
    master: str = ""


@dataclass(frozen=True)
class Limits:
    """What an engine may take of this machine; beyond `memory_gb` it spills to a folder that is removed after the step."""

    threads: int
    memory_gb: float


def address(text: str | None = None) -> Address:
    """The engine that a text names, or the setting MAALBAR_ENGINE. Raises SetupError for anything else."""
    told = text or settings().engine
    if told == "duckdb":
        return Address("duckdb")
    found = _SPARK.fullmatch(told)
    if not found:
        raise SetupError(f"there is no engine {told!r}", where="MAALBAR_ENGINE", mend=_MEND)
    master = found["master"]
    # Spark writes its own clusters as spark://host:port and everything else without a scheme.
    return Address("spark", f"spark://{master}" if ":" in master else master)


def limits() -> Limits:
    """MAALBAR_THREADS and MAALBAR_MEMORY_GB. Raises SetupError where one is not a positive number."""
    given = settings()
    threads = _positive(given.threads, "MAALBAR_THREADS")
    if threads != int(threads):
        raise SetupError("is not a whole number", where="MAALBAR_THREADS", mend="write for example 2")
    return Limits(int(threads), _positive(given.memory_gb, "MAALBAR_MEMORY_GB"))


def _positive(text: str, name: str) -> float:
    if not re.fullmatch(r"\d+(\.\d+)?", text) or float(text) == 0:
        raise SetupError("is not a positive number", where=name, mend="write for example 4")
    return float(text)
