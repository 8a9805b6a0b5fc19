"""Re-keying on entry: the ids a file came with become the ids of this contract, and rows of erased persons are left out."""

from __future__ import annotations

import pyarrow as pa

from maalbar.contract import Contract
from maalbar.persons import Rekeying, person_keys


class Rekeyed:
    """The ids of one file: ids as sent → (ids as kept, which of them are erased)."""

    def __init__(self, rekeying: Rekeying, generation: int) -> None:
        self._rekeying, self.generation = rekeying, generation

    @classmethod
    def of(cls, contract: Contract) -> Rekeyed:
        """With the newest key of the environment. Raises SetupError where there is none."""
        keys = person_keys()
        generation = keys.current_generation
        return cls(Rekeying(keys, contract.id, generation), generation)

    def __call__(self, ids: pa.Array) -> tuple[pa.Array, pa.Array]:
        return self._rekeying.ids(ids), pa.repeat(pa.scalar(False), len(ids))
