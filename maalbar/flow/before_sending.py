"""Before sending: a sender holds his own file against the contract, by the same checks, with no database, key or store."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import pyarrow as pa

from maalbar.contract import Contract
from maalbar.contract.delivering import Delivery
from maalbar.documents.set_aside import Counted
from maalbar.errors import ChecksFailed, DeliveryRefused, MaalbarError, SetupError
from maalbar.flow.checking import Announced, check_file, untold
from maalbar.flow.file_rows import Checked
from maalbar.flow.judging import judge
from maalbar.flow.quarantine import counted
from maalbar.flow.refusing import refusals_of, refuse_a_day_to_come
from maalbar.landing.arrival import hash_of
from maalbar.landing.names import as_of as day_of_name
from maalbar.manifest import SUFFIX, Manifest, endings, is_allowed, stated, told
from maalbar.staging import Staged, staged
from maalbar.store import write_atomically
from maalbar.temporary import temporary_folder
from maalbar.unpacking import name_inside, unpack


@dataclass(frozen=True)
class Verdict:
    """What would become of a file. `fault`: why it would be refused, None when it would be taken in."""

    file: str
    as_of: date
    manifest: Manifest | None
    checked: Checked | None
    reasons: tuple[Counted, ...]
    fault: MaalbarError | None


def verdict_on(
    contract: Contract, source: str, path: Path, as_of: date | None = None, tell: Callable[[int], None] = untold
) -> Verdict:
    """Take a file through the checks of intake. `as_of`: the day it describes, where its name does not say.

    `tell` hears how many rows have been looked at. Raises SetupError when the question cannot be asked: no such source, no
    such file, no day.
    """
    if source not in contract.deliveries:
        sources = ", ".join(contract.deliveries)
        raise SetupError(f"{contract.id} has no delivery `{source}`", mend=f"its deliveries are {sources}")
    if not path.is_file():
        raise SetupError("there is no such file", where=str(path), mend="name the file that you would send")
    delivery = contract.deliveries[source]
    day = as_of or day_of_name(path.name, delivery)
    if day is None:
        raise SetupError("nothing says which day the file describes", mend="give --as-of YYYY-MM-DD")
    name = told(path.name)
    checked: Checked | None = None
    reasons: tuple[Counted, ...] = ()
    try:
        _may_be_sent(contract, delivery, path, day)
        manifest = stated(contract.id, source, day, path.name, *hash_of(path))
        with (
            temporary_folder() as folder,
            staged(path, folder, manifest) as copy,
        ):
            checked = _checked(copy, Announced(path.name, day), delivery, contract, tell)
            reasons = counted(checked.quarantine, contract, {"source": source, "as_of": day})
            judge(checked, contract, delivery, name)
            rows = checked.account.rows_in
            return Verdict(name, day, manifest.model_copy(update={"rows": rows}), checked, reasons, None)
    except (DeliveryRefused, ChecksFailed) as error:
        return Verdict(name, day, None, checked, reasons, error)


def write_manifest(verdict: Verdict, path: Path, supersedes: str | None = None) -> Path:
    """Write the manifest of a file that passed beside it; its path. Raises SetupError where another one is there."""
    assert verdict.manifest is not None
    ending = next(one for one in sorted(endings(), key=len, reverse=True) if path.name.endswith(one))
    beside = path.with_name(path.name.removesuffix(ending) + SUFFIX)
    said = verdict.manifest.model_copy(update={"supersedes": supersedes})
    text = Manifest.model_validate(said.model_dump()).model_dump_json(indent=2, exclude_none=True) + "\n"
    if beside.exists() and beside.read_text(encoding="utf-8", errors="replace") != text:
        raise SetupError("is there already and says something else", where=beside.name, mend="take it away first")
    write_atomically(beside, text.encode(), mode=0o644)
    return beside


def _may_be_sent(contract: Contract, delivery: Delivery, path: Path, day: date) -> None:
    """What can be said of a file by its name and its day. Raises DeliveryRefused."""
    if not is_allowed(path.name, delivery):
        mend = f"use small letters, digits, - and _, at most 64, and {' or '.join(endings(delivery))}"
        raise DeliveryRefused("has a name that is not allowed", where=told(path.name), mend=mend)
    last = delivery.permission.expires
    if day > last:
        what = f"the permission has expired ({delivery.permission.reference}, {last}, before the day it describes)"
        raise DeliveryRefused(what, where=told(path.name), mend="renew it in the contract")
    if not any(period.end <= day <= period.data_due for period in contract.calendar.periods):
        spans = "; ".join(f"{p.end} to {p.data_due} (period {p.id})" for p in contract.calendar.periods)
        what = f"describes {day}, which serves no period"
        raise DeliveryRefused(what, where=told(path.name), mend=f"describe a day in {spans}")
    refuse_a_day_to_come(contract, day, path.name)


def _checked(
    copy: Staged, announced: Announced, delivery: Delivery, contract: Contract, tell: Callable[[int], None]
) -> Checked:
    with refusals_of(announced.name, copy.path):
        inside = name_inside(copy.path, delivery.packed)
        file = unpack(copy.path, delivery.packed, copy.folder, delivery.max_unpacked_mb * 1_000_000)
        announced = replace(announced, inside=inside)
        return check_file(file, announced, delivery, contract, copy.folder, _as_sent, tell=tell)


def _as_sent(ids: pa.Array) -> tuple[pa.Array, pa.Array]:
    """Person ids as they are: the key that replaces them is no sender's business. Nobody is erased here."""
    return ids, pa.repeat(pa.scalar(False), len(ids))
