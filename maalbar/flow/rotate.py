"""Rotating the key of person ids: every canonical table gets the ids of the newest key, with the same rows and nothing else new.

The keyed hash cannot be turned around, so the ids are made again from the files as they came, which hold those of the sender.
Measured again, every period comes to what it came to: nothing that is measured depends on an id. Only the digest of a wave is
made of ids, and of each wave are as many persons.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from maalbar import access, kept, results
from maalbar.contract import Contract, find_contract
from maalbar.database import transaction
from maalbar.erasures import Told
from maalbar.errors import ErasureRefused, MeasurementError
from maalbar.flow import canonical
from maalbar.flow.erase import opened
from maalbar.flow.replacing import Erased, Plan, replace_objects, sweep
from maalbar.kept import Kept, Replaced
from maalbar.persons import Rekeying, person_keys
from maalbar.written_cpr import refuse_cpr
from transforms import erased
from transforms.drift import layout_of


def rotate(contract_id: str, name: str) -> Erased | None:
    """Give every stored table of a contract the ids of the newest key; None where all have them.

    Erased persons stay erased: their marks are of the key they were made with, which is kept. Raises SetupError where a key is
    not there, ErasureRefused without a name, MeasurementError where a figure would be another.
    """
    contract = find_contract(contract_id)
    if not name.strip():
        raise ErasureRefused("nobody is named who changed the key", where=contract_id, mend="give --name")
    refuse_cpr(ErasureRefused, contract_id, name=name)
    newest = person_keys().current_generation
    with transaction() as connection:
        held = kept.of_contract(connection, contract.id)
    older = sorted({one.source for one in held if not one.is_expired and one.person_key != newest})
    if not older:
        sweep(contract)
        return None

    def objects(one: Kept, folder: Path) -> list[Replaced]:
        return [] if one.person_key == newest else [with_newest_ids(contract, one, newest, folder)]

    told = Told("rotation", f"the ids are of key no. {newest}", name.strip(), tuple(older))
    return replace_objects(contract, Plan(told, objects, check=_require_same))


def with_newest_ids(contract: Contract, one: Kept, generation: int, folder: Path) -> Replaced:
    """The canonical table of a delivery with the ids of another generation, finished in the store."""
    assert one.raw is not None and one.canonical is not None
    sent = _sent_ids(contract, one, folder)
    keys = person_keys()
    old = sent if one.person_key is None else Rekeying(keys, contract.id, one.person_key).ids(sent)
    new = Rekeying(keys, contract.id, generation).ids(sent)
    table = canonical.table_of(contract, one.source)
    made = canonical.with_ids(contract, one.canonical, table, old, new, folder)
    return Replaced(one.delivery_id, "canonical", one.canonical, made, 0, "as_sent", generation)


def _sent_ids(contract: Contract, one: Kept, folder: Path) -> pa.Array:
    """The different person ids of a file, as the sender writes them."""
    assert one.raw is not None
    delivery, name = contract.deliveries[one.source], one.delivery_id
    path = opened(access.opened(contract.id, "raw", one.raw, "new key of person ids"), one, delivery, folder)
    cells = erased.cells_of(path, one.form, delivery, name)
    agreed = layout_of(cells.header, delivery, name)
    seen: dict[str, None] = {}
    for batch in cells.batches:
        ids = pc.unique(pc.drop_null(erased.person_ids(batch, agreed))).to_pylist()
        seen.update(dict.fromkeys(unicodedata.normalize("NFC", person) for person in ids))
    return pa.array(list(seen), pa.string())


def _require_same(measurement_id: str, before: dict[str, Any], after: dict[str, Any]) -> None:
    """Whether a measurement comes to the same under both keys, but for the digests of its waves."""
    if results.digest_of_results(**_without_digests(before)) != results.digest_of_results(**_without_digests(after)):
        raise MeasurementError(
            "comes to something else with the ids of another key, and nothing is changed",
            where=f"measurement {measurement_id}",
            mend="report it: no figure may depend on an id",
        )


def _without_digests(found: dict[str, Any]) -> dict[str, Any]:
    cohort = dict(found["cohort"])
    waves = {wave: {**told, "digest": ""} for wave, told in cohort.get("waves", {}).items()}
    return found | {"cohort": cohort | ({"waves": waves} if waves else {})}
