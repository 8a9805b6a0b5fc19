"""The delivery specification: what a sender is to send, in the sender's words, from the contract alone. Markdown, in Danish."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from maalbar.contract import Contract
from maalbar.contract.delivering import Delivery, Layout
from maalbar.definitions.answer_ranges import AnswerRange, answer_ranges
from maalbar.documents.specification_words import (
    ANSWERS,
    CODE_LISTS,
    COLUMNS,
    COMPLETE,
    DECIMAL,
    DELIMITER,
    ENCODING,
    FORMAT,
    KIND,
    NO_ANSWER,
    PACKED,
    PURPOSE,
    SCALE_ITEM,
    THOUSANDS,
    WEEK,
)  # fmt: skip
from maalbar.errors import SetupError
from maalbar.manifest import SUFFIX, Manifest, endings
from maalbar.tables import TABLES, Column

TEMPLATES = Path(__file__).parent / "templates"


@dataclass(frozen=True)
class Told:
    """One column of the file, as its sender reads of it."""

    name: str
    meaning: str
    kind: str
    is_optional: bool
    codes: str


def specification(contract: Contract, sources: Sequence[str] = ()) -> str:
    """The specification of some sources of a contract, all of them where none is named. Raises SetupError for an unknown one."""
    unknown = [source for source in sources if source not in contract.deliveries]
    if unknown:
        mend = f"its sources are {', '.join(contract.deliveries)}"
        raise SetupError(f"{contract.id} has no source {', '.join(unknown)}", mend=mend)
    environment = Environment(  # noqa: S701 - Markdown is not HTML, and all that is filled in is the contract's own
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    text = environment.get_template("specification.md.j2").render(
        contract=contract,
        periods=contract.calendar.periods,
        parts=[_part(contract, source) for source in sources or contract.deliveries],
        suffix=SUFFIX,
        share=f"{(contract.quality.max_quarantined * 100).normalize():f}".replace(".", ","),
    )
    return text.rstrip() + "\n"


def _part(contract: Contract, source: str) -> dict[str, object]:
    delivery = contract.deliveries[source]
    return {
        "source": source,
        "delivery": delivery,
        "sender": contract.parties[delivery.sender].name,
        "controller": contract.parties[delivery.controller].name,
        "purpose": PURPOSE[delivery.purpose],
        "written": list(_written(delivery)),
        "complete": COMPLETE[delivery.complete_when].format(minutes=delivery.stable_minutes),
        "ending": endings(delivery)[0],
        "columns": list(columns_of(delivery, contract)),
        "codes": list(_code_lists(contract, delivery)),
        "layouts": [list(_layout_columns(delivery, layout)) for layout in delivery.layouts],
        "manifest": example_manifest(contract, source).model_dump_json(indent=2, exclude_none=True),
        "file": example_name(contract, source),
    }


def _written(delivery: Delivery) -> Iterator[tuple[str, str]]:
    """How the file is written, as pairs of what and how; only what matters for its format."""
    yield "Format", FORMAT[delivery.format]
    yield "Pakning", PACKED[delivery.packed].format(megabytes=delivery.max_unpacked_mb)
    if delivery.format == "csv":
        yield "Tegnsæt", ENCODING[delivery.encoding]
        yield "Skilletegn", DELIMITER[delivery.delimiter]
        yield "Overskrift", "første linje er kolonnernes navne, præcis som nedenfor; rækkefølgen er fri"
    if delivery.sheet:
        yield "Ark", f"`{delivery.sheet}`"
    elif delivery.format == "excel":
        yield "Ark", "ét og kun ét"
    yield "Decimaltegn", DECIMAL[delivery.decimal]
    yield "Tusindtalstegn", THOUSANDS[delivery.thousands]
    yield "Datoer", f"`{_plain_date(delivery.date_format)}`"
    yield "Tom celle", "står tom: ingen `NULL`, `NA`, `.` eller mellemrum"
    if delivery.id_length:
        yield "Personnøgle", f"altid {delivery.id_length} tegn"


def columns_of(delivery: Delivery, contract: Contract) -> Iterator[Told]:
    """Every column that the file must have, in the order of the contract."""
    ranges = answer_ranges(contract) if delivery.items else {}
    yield from _named(delivery, delivery.columns, delivery.codes, delivery.date_format)
    if delivery.shape == "weekly_columns":
        yield Told(f"{delivery.week_prefix}ÅÅUU", WEEK, KIND["text"], True, "")
    for scale, items in delivery.items.items():
        for item, column in items.items():
            meaning = SCALE_ITEM.format(scale=scale, item=item)
            yield Told(column, meaning, KIND["integer"], True, _answers(ranges.get(scale), delivery))
    for measure, column in delivery.measures.items():
        yield Told(column, f"antal eller mængde: `{measure}`", KIND["hundredths"], True, "")
    told = {*delivery.columns.values(), *delivery.ignored}
    for column in [*delivery.only, *delivery.retracted, *filter(None, [delivery.corrections])]:
        if column not in told:
            told.add(column)
            yield Told(column, "se rækker nedenfor", KIND["text"], column not in delivery.only, "")
    for column in delivery.ignored:
        yield Told(column, "læses ikke; må være i filen", "", True, "")


def _answers(of: AnswerRange | None, delivery: Delivery) -> str:
    """The answers that an item may have."""
    told = [ANSWERS.format(lowest=of.lowest, highest=of.highest)] if of else []
    missing = ", ".join(f"`{answer}`" for answer in delivery.missing_answers)
    return "; ".join([*told, *([NO_ANSWER.format(codes=missing)] if missing else [])])


def _code_lists(contract: Contract, delivery: Delivery) -> Iterator[tuple[str, str, list[str]]]:
    """(Column of the file, what its codes are, every code): those that the contract as a whole knows.

    The areas stand together in order, whatever arm each belongs to: who sends must not tell the arms apart.
    """
    arms = contract.cohort.arms
    known = {
        "area": {*arms.treated.areas, *arms.comparison.areas},
        "outcome": set(contract.outcomes),
        "scale": set(answer_ranges(contract)),
    }
    for name, codes in known.items():
        # What the contract translates, it lists with the translation.
        if name in delivery.columns and name not in delivery.codes and codes:
            yield delivery.columns[name], CODE_LISTS[name], sorted(codes, key=str.casefold)


def _layout_columns(delivery: Delivery, layout: Layout) -> Iterator[Told]:
    return _named(delivery, layout.columns, layout.codes, layout.date_format or delivery.date_format)


def _named(
    delivery: Delivery, columns: dict[str, str], codes: dict[str, dict[str, str]], date_format: str
) -> Iterator[Told]:
    table = TABLES[delivery.table]
    for name, file_column in columns.items():
        # A billing week is read and not kept, so no column of the table tells of it.
        column = table.columns.get(name, Column("text"))
        kind = KIND[column.kind].format(date=_plain_date(date_format))
        yield Told(file_column, COLUMNS[name], kind, column.nullable, _codes(column, codes.get(name, {})))


def _codes(column: Column, codes: dict[str, str]) -> str:
    """The codes that a cell may hold: those that the contract maps, or else those of the table itself."""
    if codes:
        return ", ".join(f"`{code}` = {meaning}" for code, meaning in codes.items())
    return ", ".join(f"`{code}`" for code in (("true", "false") if column.kind == "flag" else column.allowed))


def example_name(contract: Contract, source: str) -> str:
    """A file name as it may be: by `file_name` where the contract has one."""
    delivery, day = contract.deliveries[source], contract.calendar.periods[1].run_after
    if delivery.complete_when != "manifest" and delivery.file_name:
        return delivery.file_name.replace("{as_of}", day.isoformat())
    return f"{source}__{day.isoformat()}{endings(delivery)[0]}"


def example_manifest(contract: Contract, source: str) -> Manifest:
    """A manifest as the sender would write it for the first followed period; its figures are made up."""
    name = example_name(contract, source)
    return Manifest(
        contract=contract.id,
        source=source,
        as_of=contract.calendar.periods[1].run_after,
        file=name,
        sha256=hashlib.sha256(name.encode()).hexdigest(),
        rows=1234,
        bytes=56789,
    )


def _plain_date(date_format: str) -> str:
    """`%Y-%m-%d` as a sender reads it: ÅÅÅÅ-MM-DD."""
    for sign, written in {"%Y": "ÅÅÅÅ", "%m": "MM", "%d": "DD", "%H": "tt", "%M": "mm", "%S": "ss"}.items():
        date_format = date_format.replace(sign, written)
    return date_format
