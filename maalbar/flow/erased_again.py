"""Erased again: persons of whom only marks are known are taken out of a store that was restored from before their erasure."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pyarrow as pa

from maalbar import access, kept
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.erasure_register import Registered
from maalbar.erasures import Told
from maalbar.flow.erase import opened, without
from maalbar.flow.replacing import Erased, Marked, Plan, replace_objects
from maalbar.kept import Kept, Replaced
from maalbar.persons import Marks, person_keys
from transforms import erased


def erase_again(contract: Contract, told: Registered) -> Erased | None:
    """Erase persons again of whom only marks are known; None where all of them are remembered already."""
    with transaction() as connection:
        laid = [kept.tombstones(connection, contract.id, source) for source in told.sources]
    if all(set(told.marks) <= set(marks.get(told.generation, ())) for marks in laid):
        return None
    marks, wanted = Marks(person_keys(), contract.id, told.generation), frozenset(told.marks)

    def objects(one: Kept, folder: Path) -> list[Replaced]:
        return without(contract, one, _those_marked(contract, one, marks, wanted, folder), folder)

    said = Told("persons", told.because, told.name, tuple(told.sources), told.persons)
    return replace_objects(contract, Plan(said, objects, Marked(told.generation, wanted)))


def _those_marked(contract: Contract, one: Kept, marks: Marks, wanted: frozenset[str], folder: Path) -> list[str]:
    """The ids in a raw object, as the sender wrote them, that have one of the marks."""
    assert one.raw is not None
    delivery = contract.deliveries[one.source]
    path = access.opened(contract.id, "raw", one.raw, "erasure of persons")
    found: set[str] = set()

    def is_wanted(ids: pa.Array) -> pa.BooleanArray:
        persons: Iterable[str | None] = ids.cast(pa.string()).to_pylist()
        hit = [person is not None and marks.of([person])[0] in wanted for person in persons]
        found.update(person for person, is_hit in zip(persons, hit, strict=True) if person is not None and is_hit)
        return pa.array(hit, pa.bool_())

    erased.rows_of(opened(path, one, delivery, folder), one.form, delivery, one.delivery_id, is_wanted)
    return sorted(found)
