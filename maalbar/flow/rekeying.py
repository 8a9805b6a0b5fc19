"""Re-keying on entry: the ids a file came with become the ids of this contract, and rows of erased persons are left out."""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
from sqlalchemy import Connection

from maalbar import kept
from maalbar.contract import Contract
from maalbar.database import transaction
from maalbar.persons import Marks, Rekeying, person_keys


class Rekeyed:
    """The ids of one file: ids as sent → (ids as kept, which of them are erased).

    `generation`: of the key of the ids. `erasures`: how many there had been when the tombstones were read; whoever keeps
    what this gave looks whether it is still so.
    """

    def __init__(
        self, rekeying: Rekeying, generation: int, marked: Mapping[Marks, frozenset[str]], erasures: int
    ) -> None:
        self._rekeying, self._marked = rekeying, marked
        self.generation, self.erasures = generation, erasures
        self._known: dict[str, bool] = {}

    @classmethod
    def of(cls, contract: Contract, source: str) -> Rekeyed:
        """With the newest key of the environment. Raises SetupError where there is none, or that of a tombstone is not there."""
        keys = person_keys()
        generation = keys.current_generation
        with transaction() as connection:
            told = kept.tombstones(connection, contract.id, source)
            erasures = kept.erasures(connection, contract.id)
        marked = {Marks(keys, contract.id, made_with): frozenset(marks) for made_with, marks in told.items()}
        return cls(Rekeying(keys, contract.id, generation), generation, marked, erasures)

    def __call__(self, ids: pa.Array) -> tuple[pa.Array, pa.Array]:
        return self._rekeying.ids(ids), self.are_erased(ids)

    @property
    def has_tombstones(self) -> bool:
        return bool(self._marked)

    def are_erased(self, ids: pa.Array) -> pa.BooleanArray:
        """Which of the ids, as they were sent, are of erased persons; an empty one is nobody's."""
        if not self._marked:
            return pa.repeat(pa.scalar(False), len(ids))
        different = ids.cast(pa.string()).dictionary_encode()
        erased = pa.array([self._is_erased(person) for person in different.dictionary.to_pylist()], pa.bool_())
        return erased.take(different.indices).fill_null(False)

    def still_hold(self, connection: Connection, contract: Contract) -> bool:
        """Whether nobody has been erased since the tombstones were read. The caller holds the contract's lock."""
        return kept.erasures(connection, contract.id) == self.erasures

    def _is_erased(self, person: str) -> bool:
        found = self._known.get(person)
        if found is None:
            found = any(of.of([person])[0] in marks for of, marks in self._marked.items())
            self._known[person] = found
        return found
