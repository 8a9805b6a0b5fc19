"""A fault of a contract: the unit in which checks report."""

from __future__ import annotations

from dataclasses import dataclass

from maalbar.contract.yamlfile import Key


@dataclass(frozen=True)
class Fault:
    """What is wrong at which place of the file, and how to mend it."""

    key: Key
    what: str
    mend: str
