"""The paying room takes in what was measured in another: checked, kept as it came, and stored as if it had been measured here."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select

from maalbar import results, store
from maalbar.bundle import Bundle, Sealed, file_name, keys, open_sealed, read_file
from maalbar.contract import Contract, find_contract
from maalbar.contract.versions import in_force
from maalbar.database import contract_lock, transaction
from maalbar.errors import BundleRefused, ContractError
from maalbar.flow.bundles import stored_rows
from maalbar.flow.inputs import bundle_of
from maalbar.flow.measure import measure
from maalbar.schema import bundle as bundle_table
from maalbar.schema import measurement
from maalbar.settings import settings
from maalbar.store import sha256_of

Row = dict[str, Any]


def take_in_bundle(path: Path, today: date, *, of: tuple[str, str] | None = None) -> str:
    """Take in a bundle as if it had been measured here; return the measurement id. The same bundle again changes nothing.

    `today`: the day on which its key must be trusted. `of`: the contract and period that it must be of. Raises
    BundleRefused, with one line, and keeps nothing of what is refused.
    """
    raw, where = read_file(path), path.name
    digest = sha256_of(raw)
    with transaction() as connection:
        known = _known(connection, digest)
    if known is not None:
        return known
    trust: list[keys.TrustedKey] = []
    try:
        sealed = open_sealed(raw, where, lambda public: trust.append(keys.trusted(public, today)))
        if of not in (None, (sealed.bundle.contract, sealed.bundle.period)):
            what = f"is of {sealed.bundle.contract} period {sealed.bundle.period}, and its name says another"
            raise BundleRefused(what, mend="name it as `maalbar measure --bundle` did")
        _require_meant_for_us(sealed.bundle, trust[0])
    except BundleRefused as error:
        raise BundleRefused(error.what, where=where, mend=error.mend) from None
    with contract_lock(sealed.bundle.contract) as connection:
        # Someone else may have taken it in meanwhile.
        if _known(connection, digest) is None:
            _require_next(connection, sealed.bundle, where)
            store.put(sealed.bundle.contract, "bundle", raw)
            _keep(connection, sealed, trust[0], digest, where)
    return sealed.bundle.measurement_id


def _known(connection: Connection, digest: str) -> str | None:
    """The measurement that a bundle of that hash was taken in as."""
    wanted = select(bundle_table.c.measurement_id).where(bundle_table.c.sha256 == digest)
    return connection.execute(wanted).scalar_one_or_none()


def _require_meant_for_us(bundle: Bundle, key: keys.TrustedKey) -> None:
    """The contract is one of ours and of the key's, and says here what it said there; nothing is missing from it."""
    if bundle.contract not in key.contracts:
        what = f"is of {bundle.contract}, with which the key “{key.name}” is not trusted"
        raise BundleRefused(what, mend="add the contract to the key in the list of trusted keys if the parties agree")
    try:
        contract = find_contract(bundle.contract)
    except ContractError as error:
        raise BundleRefused(f"is of {bundle.contract}, which cannot be read here", mend=error.line) from None
    if bundle.terms_digest != contract.digest:
        what = (
            f"was written under other terms ({bundle.terms_digest[:16]}…) than the file here ({contract.digest[:16]}…)"
        )
        raise BundleRefused(what, mend="give both rooms the same contract file, and have the bundle written again")
    if bundle.period not in {period.id for period in contract.calendar.periods}:
        raise BundleRefused("is of a period that the calendar does not have", mend="have the bundle written again")
    if bundle.passport.basis_digest != results.basis_of(contract, bundle.period):
        what = "was measured by another cohort, window, definition or target than are here"
        raise BundleRefused(what, mend="use the same code version and contract file in both rooms, and measure again")
    _require_complete(bundle, in_force(contract, bundle.period))


def _require_complete(bundle: Bundle, held: Contract) -> None:
    """Every outcome has its result on every basis, every source is accounted for, and the digest is that of the rows."""
    mend = "have the measuring room write it again"
    bases = () if bundle.period == held.calendar.periods[0].id else ("period", "cumulative")
    wanted = sorted((outcome, basis) for outcome in held.outcomes for basis in bases)
    if sorted((row.outcome, row.basis) for row in bundle.results.effects) != wanted:
        raise BundleRefused("does not hold one result for every outcome and basis", mend=mend)
    windows = {window.id for window in held.windows_until(bundle.period)}
    cells = [(row.outcome, row.window_id, row.arm) for row in bundle.results.values]
    if len(set(cells)) != len(cells) or any(o not in held.outcomes or w not in windows for o, w, _ in cells):
        raise BundleRefused("holds a cell twice, or of an outcome or window that the contract does not have", mend=mend)
    found = [(row.outcome, row.basis, row.name) for row in bundle.results.diagnostics]
    if len(set(found)) != len(found):
        raise BundleRefused("holds a finding twice", mend=mend)
    named = {source: name for source, name in bundle.passport.inputs.items() if name is not None}
    if set(bundle.passport.inputs) != set(held.deliveries) or named != {
        row.source: row.delivery_id for row in bundle.passport.deliveries
    }:
        raise BundleRefused("does not account for every source of the contract", mend=mend)
    if bundle.small_cell != held.quality.small_cell:
        raise BundleRefused("withholds by another limit than the contract has", mend=mend)
    rows = stored_rows(bundle)
    if results.digest_of_results(*rows) != bundle.results.digest:
        raise BundleRefused("its digest is not that of its results", mend=mend)


def _require_next(connection: Connection, bundle: Bundle, where: str) -> None:
    """A revision is told once, and a newer one is not replaced by an older."""
    newest = results.open_revision(connection, bundle.contract, bundle.period)
    if newest is None or newest["revision"] < bundle.revision:
        return
    stands = f"revision {newest['revision']} of period {bundle.period} stands"
    if newest["revision"] > bundle.revision:
        what = f"is revision {bundle.revision}, and {stands} already"
    elif bundle_of(connection, newest["measurement_id"]) is None:
        what = f"is revision {bundle.revision}, which was measured here"
    else:
        what = f"is another bundle of revision {bundle.revision} than the one that was taken in"
    raise BundleRefused(
        what, where=where, mend="a correction is a higher revision: `maalbar measure … --revise --bundle`"
    )


def _keep(connection: Connection, sealed: Sealed, key: keys.TrustedKey, digest: str, where: str) -> None:
    bundle, passport = sealed.bundle, sealed.bundle.passport
    connection.execute(
        insert(measurement),
        {
            "measurement_id": bundle.measurement_id,
            "contract": bundle.contract,
            "period": bundle.period,
            "revision": bundle.revision,
            "inputs": dict(passport.inputs),
            "as_known_at": date.fromisoformat(passport.as_known_at),
            "terms_digest": passport.terms_digest,
            "code_version": passport.code_version,
            "basis_digest": passport.basis_digest,
        },
    )
    connection.execute(
        insert(bundle_table),
        {
            "measurement_id": bundle.measurement_id,
            "sha256": digest,
            "public_key": sealed.public_key,
            "key_name": key.name,
            "deliveries": [row.model_dump() for row in passport.deliveries],
            "told_exactly": list(bundle.told_exactly),
        },
    )
    if results.complete(connection, bundle.measurement_id, *stored_rows(bundle)) != bundle.results.digest:
        raise BundleRefused("was not stored as it came", where=where, mend="report it")


def lying_bundle(contract_id: str, period_id: str) -> Path | None:
    """The bundle of the highest revision that lies in `<landing>/<contract>/bundles/` for a period; None where none does."""
    folder = settings().landing / contract_id / "bundles"
    start, end = file_name(contract_id, period_id, 0).split("0.", 1)[0], ".bundle"
    found = {}
    for path in folder.glob(f"*{end}"):
        number = path.name.removeprefix(start).removesuffix(end)
        if path.name.startswith(start) and number.isascii() and number.isdigit():
            found[int(number)] = path
    return found[max(found)] if found else None


def measured_in_either_room(contract_id: str, period_id: str, today: date) -> str:
    """Take in the bundle that lies for a period, or measure it here where none does; return the measurement id."""
    path = lying_bundle(contract_id, period_id)
    if path is None:
        return measure(contract_id, period_id)
    return take_in_bundle(path, today, of=(contract_id, period_id))
