"""Faults of amendments and signatures: each version of the terms must hold together by itself."""

from __future__ import annotations

from collections.abc import Iterator

from pydantic import ValidationError

from maalbar.contract.checks.fault import Fault
from maalbar.contract.model import Agreement
from maalbar.contract.prices import without_kind
from maalbar.contract.terms import Amendment
from maalbar.contract.versions import applied
from maalbar.contract.yamlfile import Key

MAY_CHANGE = ("outcomes", "terms")
"""What an amendment can change. Parties come and go by their own dates; what is measured is a new contract."""


MEASURING = ("indicator", "estimator", "contrast", "better")
"""Keys of an outcome that say what its results are: results measured before would mean something else."""


def amendments(agreement: Agreement) -> Iterator[Fault]:
    order = [period.id for period in agreement.calendar.periods]
    said, latest = agreement.said(), 0
    for position, row in enumerate(agreement.amendments):
        key: Key = ("amendments", position)
        if row.from_period not in order[1:]:
            what = f"`{row.from_period}` is no followed period"
            yield Fault((*key, "from_period"), what, f"name one of {', '.join(order[1:])}")
            return
        if order.index(row.from_period) < latest:
            yield Fault((*key, "from_period"), "begins before the amendment above it", "list them in order")
        latest = max(latest, order.index(row.from_period))
        fault = _fault(agreement, said, row, key)
        if isinstance(fault, Fault):
            yield fault
            return
        said = fault
    if len({row.id for row in agreement.amendments}) < len(agreement.amendments):
        yield Fault(("amendments",), "two amendments have the same id", "give each its own")


def _fault(agreement: Agreement, said: dict[str, object], row: Amendment, key: Key) -> Fault | dict[str, object]:
    """The file with the amendment, or what is wrong with it."""
    paths = [path.split(".") for path in row.changes]
    for path, parts in zip(row.changes, paths, strict=True):
        if any(other is not parts and other == parts[: len(other)] for other in paths):
            return Fault((*key, "changes", path), "another path changes what lies around it", "change each place once")
        if parts[0] == "outcomes" and len(parts) == 3 and parts[2] in MEASURING:
            what = "what is measured is not amended"
            return Fault((*key, "changes", path), what, "measure something else under an outcome of its own")
        if path.split(".")[0] not in MAY_CHANGE:
            return Fault(
                (*key, "changes", path), "an amendment cannot change this", f"change {' or '.join(MAY_CHANGE)}"
            )
    try:
        changed = applied(said, row)
        type(agreement).model_validate(changed)
    except KeyError as missing:
        path = str(missing.args[0])
        return Fault((*key, "changes", path), f"there is nothing at {path}", "write the path as in the file")
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, without_kind(first["loc"])))
        path = next((path for path in row.changes if f"{place}.".startswith(f"{path}.")), "")
        return Fault((*key, "changes", path), f"{place}: {first['msg'].lower()}", "mend the value")
    return _stopped_in_time(agreement, said, changed, row, key) or changed


def _stopped_in_time(
    agreement: Agreement, said: dict[str, object], changed: dict[str, object], row: Amendment, key: Key
) -> Fault | None:
    """A contract is stopped once, and not before the amendment that stops it."""
    before, after = (type(agreement).model_validate(data).terms.termination for data in (said, changed))
    was, now = (ending.stopped_on if ending else None for ending in (before, after))
    if now == was:
        return None
    if was is not None:
        return Fault((*key, "changes"), f"the contract is stopped on {was} already", "leave `stopped_on` as it is")
    if now is not None and now < agreement.period(row.from_period).start:
        return Fault((*key, "changes"), f"stops before period {row.from_period}", "let the amendment begin earlier")
    return None


def signatures(agreement: Agreement) -> Iterator[Fault]:
    for position, row in enumerate(agreement.signatures):
        if row.party not in agreement.answering:
            what = f"`{row.party}` neither pays nor receives"
            yield Fault(("signatures", position, "party"), what, "only payers and recipients sign")
