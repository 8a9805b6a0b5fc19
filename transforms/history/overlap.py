"""Overlap: residence, contacts of one unit, and runs of benefit of one person that lie over each other."""

from __future__ import annotations

from maalbar import engine
from maalbar.engine import Given
from transforms.history.look import Look, Part

LASTING = {"population": "intervals of residence", "contacts": "contacts with a unit", "benefits": "runs of benefit"}
"""Tables whose rows last, and what a row is called."""
MANY_CONTACTS = 0.05
"""Contacts may overlap (F34: joined by the clause's rule); so large a part of them is worth a question."""


def overlap(accepted: Given, table: str, max_wrong: float, small_cell: int) -> list[Look]:
    """Of residence and benefits any overlap is warned of, and more than `max_wrong` of the rows stops; of contacts much is
    warned of, and nothing stops."""
    if table not in LASTING:
        return []
    (row,) = engine.run(f"intake/overlapping_{table}", {"accepted": accepted}, engine="duckdb").to_pylist()
    part = Part(row["overlapping"], row["entries"], small_cell)
    words = f"{LASTING[table]} begin before another of the same person has ended"
    warn, stop = (MANY_CONTACTS, None) if table == "contacts" else (0.0, max_wrong)
    return [part.look("overlap", words, warn, stop, "ask the sender which of them are right")]
