"""Registers: every drawn table in the shape its sender delivers it, as the contract's `deliveries` say."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from maalbar.contract.delivering import Delivery
from maalbar.errors import ContractError
from maalbar.simulate.benefits import NOTHING
from maalbar.simulate.claims import claims_register
from maalbar.simulate.contacts import gp_register, hospital_register
from maalbar.simulate.register import Later, Register, Values, WeeklyRegister, pick
from maalbar.simulate.residence import population_register
from maalbar.simulate.services import services_register
from maalbar.simulate.surveys import MISSING, surveys_register
from maalbar.simulate.timeline import week_name
from maalbar.simulate.world import World

USUAL_FILLING = {"LPRINDBERETNINGSSYSTEM": "LPR3"}
"""What stands in well-known columns that are not kept; others hold a 0."""

MINUTES_PER_DAY = 1440


def tell(world: World, source: str) -> Register | WeeklyRegister:
    """Draw the register behind a delivery. Raises ContractError for a kind that cannot be simulated."""
    delivery = world.contract.deliveries[source]
    makers: dict[str, Callable[[], Register | WeeklyRegister]] = {
        "population": lambda: population_register(world.people, world.lived),
        "contacts": lambda: _contacts(world, delivery),
        "benefits": lambda: _weekly(world),
        "services": lambda: services_register(world, delivery),
        "surveys": lambda: surveys_register(world, delivery),
        "claims": lambda: claims_register(world),
    }
    if delivery.table not in makers:
        raise ContractError(f"deliveries of `{delivery.table}` cannot be simulated", where=f"deliveries.{source}")
    register = makers[delivery.table]()
    return register if isinstance(register, WeeklyRegister) else _rendered(register, delivery, source)


def extract(register: Register | WeeklyRegister, delivery: Delivery, cut: int) -> pa.Table:
    """All rows known when day `cut` begins: text columns, named and ordered as in the file."""
    rows = _wide(register, delivery, cut) if isinstance(register, WeeklyRegister) else register.as_known(cut)
    for name in delivery.ignored:
        rows = rows.append_column(name, pa.repeat(pa.scalar(USUAL_FILLING.get(name, "0")), rows.num_rows))
    return rows


def _contacts(world: World, delivery: Delivery) -> Register:
    sector = delivery.constants.get("sector")
    if sector not in ("hospital", "primary"):
        raise ContractError(
            "a contacts delivery does not say its sector",
            mend="give the constant `sector`: hospital or primary",
        )
    return hospital_register(world) if sector == "hospital" else gp_register(world)


def _weekly(world: World) -> WeeklyRegister:
    drawn = world.benefits
    return WeeklyRegister(world.people.ids, world.lived.known_from, drawn.mondays, drawn.codes, drawn.cells)


def _rendered(register: Register, delivery: Delivery, source: str) -> Register:
    """The same register with text columns, named as in the file."""
    wanted = dict(delivery.columns)
    for scale, items in delivery.items.items():
        wanted |= {f"{scale}.{item}": column for item, column in items.items()}
    unknown = [name for name in wanted if name not in register.columns]
    if unknown:
        what = f"the column `{unknown[0]}` of table `{delivery.table}` cannot be simulated"
        raise ContractError(what, where=f"deliveries.{source}", mend=f"known: {', '.join(register.columns)}")
    columns = {
        column: _recoded(
            _text(register.columns[name], delivery, name in register.hundredths),
            delivery.codes.get(name),
            name,
        )
        for name, column in wanted.items()
    }
    later = {
        wanted[name]: Later(told.known_on, _code_of(told.before, delivery.codes.get(name)))
        for name, told in register.later.items()
        if name in wanted
    }
    return Register(columns, register.known_on, later)


def _text(values: Values, delivery: Delivery, is_hundredths: bool) -> pa.Array:
    """Cells as the contract writes them: its date format and decimal sign; flags as `true` and `false`."""
    if isinstance(values, pa.Array):
        return values
    if values.dtype.kind == "M":
        by_day = np.datetime_data(values.dtype)[0] == "D"
        return _dates(values.astype(np.int64), delivery.date_format) if by_day else _times(values, delivery.date_format)
    if values.dtype.kind == "b":
        return pick(("false", "true"), values)
    if values.dtype.kind == "i":
        kinds, position = np.unique(values, return_inverse=True)
        texts = [_number(int(kind), delivery.decimal if is_hundredths else None) for kind in kinds]
        return pa.array(texts, pa.string()).take(pa.array(position))
    raise TypeError(f"a column of NumPy type {values.dtype}")


def _number(value: int, decimal: str | None) -> str | None:
    if value == MISSING and decimal is None:
        return None
    if decimal is None:
        return str(value)
    whole, cents = divmod(value, 100)
    return f"{whole}{decimal}{cents:02d}"


def _dates(days: np.ndarray, form: str) -> pa.Array:
    kinds, position = np.unique(days, return_inverse=True)
    texts = [day.strftime(form) for day in kinds.astype("datetime64[D]").astype(object)]
    return pa.array(texts, pa.string()).take(pa.array(position))


def _times(values: np.ndarray, form: str) -> pa.Array:
    """Timestamps; day and time of day are written apart if the format allows it: few different ones of each."""
    date_part, sign, time_part = form.partition("%H")
    if not sign or any(f"%{code}" in time_part for code in "YymdjGVubB"):
        return pc.strftime(pa.array(values.astype("datetime64[s]")), format=form)
    day, minute = np.divmod(values.astype(np.int64), MINUTES_PER_DAY)
    moments = (np.arange(MINUTES_PER_DAY) * 60).astype("datetime64[s]").astype(object)
    clock = pa.array([moment.strftime("%H" + time_part) for moment in moments])
    return pc.binary_join_element_wise(_dates(day, date_part), clock.take(pa.array(minute)), "")


def _recoded(cells: pa.Array, codes: Mapping[str, str] | None, name: str) -> pa.Array:
    """Canonical codes into those of the file. Raises ContractError where the contract has none for a value."""
    if not codes:
        return cells
    encoded = pc.dictionary_encode(cells)
    written = [_code_of(value, codes) for value in encoded.dictionary.to_pylist()]
    if None in written:
        lacking = encoded.dictionary.to_pylist()[written.index(None)]
        raise ContractError(f"column `{name}` has no code for `{lacking}`", mend="add it to `codes`")
    return pa.array(written, pa.string()).take(encoded.indices)


def _code_of(value: str | None, codes: Mapping[str, str] | None) -> str | None:
    """The first code of the file that means the value."""
    if value is None or not codes:
        return value
    return next((code for code, meaning in codes.items() if meaning == value), None)


def _wide(register: WeeklyRegister, delivery: Delivery, cut: int) -> pa.Table:
    """One column per week begun before the cut. Only the person's id is kept of the other columns."""
    if delivery.shape != "weekly_columns" or list(delivery.columns) != ["person_id"]:
        raise ContractError(
            "benefits are simulated in weekly columns beside `person_id` alone",
            mend="use shape `weekly_columns`",
        )
    known = np.flatnonzero(register.known_on < cut)
    codes = pa.array([None if i == NOTHING else code for i, code in enumerate(register.codes)], pa.string())
    columns = {delivery.columns["person_id"]: pick(register.ids, known)}
    for week in np.flatnonzero(register.mondays < cut):
        name = f"{delivery.week_prefix}{week_name(register.mondays[week])}"
        columns[name] = codes.take(pa.array(register.cells[known, week]))
    return pa.table(columns)
