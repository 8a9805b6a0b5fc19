"""Erasing persons: no object of the store holds a row of theirs any more, and none that comes later will.

What they withdraw is told by source. Whoever takes back a consent takes back what rests on consent, and the rows that an
authority holds by law stay; an objection, an error or the end of a term reach everything, unless sources are named. Nothing
that is paid changes. What a person is remembered by is a keyed mark, from which no id of any table follows.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import Connection

from maalbar import access, erasures, kept, store
from maalbar.contract import Contract, find_contract
from maalbar.contract.delivering import Delivery
from maalbar.database import transaction
from maalbar.erasures import Told
from maalbar.errors import ErasureRefused
from maalbar.flow import canonical
from maalbar.flow.replacing import Erased, Marked, Plan, finished, replace_objects
from maalbar.kept import Kept, Replaced
from maalbar.persons import Marks, Rekeying, person_keys
from maalbar.unpacking import unpack
from maalbar.written_cpr import refuse_cpr, undisguised
from transforms import erased

BECAUSE = ("consent_withdrawn", "objection", "retention", "error")
_LIKE_CPR = re.compile(r"[Pp]?[0-9]{6}[-\s./_\u2010-\u2015\u2212]{0,3}[0-9]{4}")


def read_persons(path: Path) -> list[str]:
    """The ids in a file, one on each line as the sender writes them; empty lines are none.

    Raises ErasureRefused for a file that cannot be read or names nobody, and for what looks like a CPR number.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise ErasureRefused("is not there", where=str(path), mend="give the path of a file") from None
    except OSError as error:
        mend = "give the path of a file that you may read"
        raise ErasureRefused(f"cannot be read ({error.strerror})", where=str(path), mend=mend) from None
    except UnicodeDecodeError:
        raise ErasureRefused("cannot be read", where=path.name, mend="write it as UTF-8, one id on each line") from None
    lines = (line.removesuffix("\r") for line in text.split("\n"))
    ids = [unicodedata.normalize("NFC", line) for line in lines if line]
    for number, line in enumerate(ids, start=1):
        if _LIKE_CPR.fullmatch(undisguised(line).strip()):
            mend = "name persons by the ids that the sender writes"
            raise ErasureRefused(f"id no. {number} looks like a CPR number", where=path.name, mend=mend)
    if not ids:
        raise ErasureRefused("names nobody", where=path.name, mend="write one id on each line")
    return list(dict.fromkeys(ids))


def reached(contract: Contract, because: str, sources: Sequence[str] = (), basis: str | None = None) -> tuple[str, ...]:
    """The sources that an erasure reaches: those named, those held for `basis` (a `purpose`), or those that follow from why.

    Raises ErasureRefused where the contract has none such.
    """
    if because not in BECAUSE:
        raise ErasureRefused(f"`{because}` is no reason to erase", mend=f"say {', '.join(BECAUSE)}")
    if sources and basis:
        raise ErasureRefused("both sources and a basis are named", mend="name one of them")
    unknown = sorted(set(sources) - set(contract.deliveries))
    if unknown:
        mend = f"they are {', '.join(contract.deliveries)}"
        raise ErasureRefused(f"there is no source {unknown[0]}", where=contract.id, mend=mend)
    if sources:
        return tuple(source for source in contract.deliveries if source in sources)
    purpose = basis or ("consent" if because == "consent_withdrawn" else None)
    found = tuple(s for s, d in contract.deliveries.items() if purpose in (None, d.purpose))
    if not found:
        what = f"no source is held for {purpose}"
        raise ErasureRefused(what, where=contract.id, mend="name what is withdrawn with --source")
    return found


def erase(
    contract_id: str,
    persons: Sequence[str],
    because: str,
    name: str,
    sources: Sequence[str] = (),
    basis: str | None = None,
) -> Erased:
    """Erase persons, named by the ids of the sender, from every object of the sources, and keep out what comes later.

    Whoever is found nowhere is remembered all the same, so that what comes later is kept without them; `found_nothing` tells.
    Again with the same persons completes what a crash left, and erases nothing twice. Raises ErasureRefused.
    """
    contract = find_contract(contract_id)
    if not name.strip():
        raise ErasureRefused("nobody is named who had it erased", where=contract_id, mend="give --name")
    refuse_cpr(ErasureRefused, contract_id, name=name)
    told = Told("persons", because, name.strip(), reached(contract, because, sources, basis), len(set(persons)))
    keys = person_keys()
    with transaction() as connection:
        number = _erased_by(connection, contract, told.sources, persons)
        rows = erasures.all_of(connection, contract_id)
    if number is not None:
        return finished(contract, rows[number - 1])
    generation = keys.current_generation
    marked = Marked(generation, frozenset(Marks(keys, contract_id, generation).of(persons)))

    def objects(one: Kept, folder: Path) -> list[Replaced]:
        return without(contract, one, persons, folder)

    return replace_objects(contract, Plan(told, objects, marked))


def found_nothing(done: Erased) -> bool:
    """Whether an erasure found its persons in no delivery of the sources it reaches. They are remembered all the same."""
    return done.row["kind"] == "persons" and not done.row["replaced"]


def without(contract: Contract, one: Kept, persons: Sequence[str], folder: Path) -> list[Replaced]:
    """The objects of a delivery without the rows of persons, finished in the store; what takes the place of what.

    `persons`: ids of the sender. Nothing where the delivery has no row of theirs.
    """
    assert one.raw is not None and one.canonical is not None
    delivery, name = contract.deliveries[one.source], f"{one.delivery_id}"
    wanted = pa.array([unicodedata.normalize("NFC", person) for person in persons], pa.string())
    path = access.opened(contract.id, "raw", one.raw, "erasure of persons")
    file = opened(path, one, delivery, folder)
    rows = erased.rows_of(
        file, one.form, delivery, name, lambda ids: pc.is_in(pc.utf8_normalize(ids, form="NFC"), wanted)
    )
    if not rows:
        return []
    target = folder / f"{one.raw}-without"
    form = erased.without_rows(file, one.form, delivery, name, rows, target)
    new = store.keep(contract.id, "raw", target, store.sha256_of_file(target))
    sent = erased.as_sent(rows, one.gone)
    gone = erased.together(one.gone, sent)
    found = [Replaced(one.delivery_id, "raw", one.raw, new, len(rows), form, None, gone)]
    table = canonical.table_of(contract, one.source)
    ids = wanted
    if one.person_key is not None:
        ids = Rekeying(person_keys(), contract.id, one.person_key).ids(wanted)
    new, fewer = canonical.without_persons(contract, one.canonical, table, ids, folder)
    if fewer:
        found.append(Replaced(one.delivery_id, "canonical", one.canonical, new, fewer, "as_sent", one.person_key))
    if one.quarantine is not None:
        aside = access.opened_table(contract.id, "quarantine", one.quarantine, "erasure of persons")
        rest = aside.filter(pc.invert(pc.is_in(aside["row_number"], pa.array(sent, pa.int64()))))
        if len(rest) < len(aside):
            new = store.put_table(contract.id, "quarantine", rest.combine_chunks())
            found.append(Replaced(one.delivery_id, "quarantine", one.quarantine, new, len(aside) - len(rest)))
    return found


def opened(path: Path, one: Kept, delivery: Delivery, folder: Path) -> Path:
    """A raw object, unpacked where it is as it was sent and that is packed."""
    if one.form != "as_sent" or delivery.packed == "none":
        return path
    target = folder / f"{path.name}.unpacked"
    return target if target.exists() else unpack(path, delivery.packed, folder, delivery.max_unpacked_mb * 1_000_000)


def _erased_by(
    connection: Connection, contract: Contract, sources: Sequence[str], persons: Sequence[str]
) -> int | None:
    """The newest erasure of the persons, where every one of them has a tombstone in every one of the sources; else None."""
    keys, numbers = person_keys(), []
    for source in sources:
        left = set(persons)
        for generation, marks in kept.tombstones(connection, contract.id, source).items():
            named = sorted(left)
            known = dict(zip(named, Marks(keys, contract.id, generation).of(named), strict=True))
            numbers += [marks[mark] for mark in known.values() if mark in marks]
            left -= {person for person, mark in known.items() if mark in marks}
        if left:
            return None
    return max(numbers, default=None)
