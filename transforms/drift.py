"""Drift: in which agreed layout a file is, and in words what has changed where it is in none.

A difference is told with the line of the contract that would take it, and that line is never applied by itself: a new
name may be a new meaning. In a file without a header a person's row stands in its place, so a name is repeated only where
it can be nothing but a name.
"""

from __future__ import annotations

import difflib
import json
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from maalbar.contract.delivering import Delivery, Layout
from maalbar.errors import DeliveryRefused
from maalbar.tables import TABLES

NEAR = 0.6
"""How alike (difflib's ratio) an old and a new name must be for the one to be proposed as the other."""
CODE_ROWS = 20
"""Fewer rows than this might be known again by their code, so it is not told."""
CODES_TOLD = 20
"""A column with more unknown codes than this holds something else than codes, perhaps persons."""
KNOWN_TOLD = 10
"""Of more agreed codes than this the first are told and the others counted."""
SEPARATORS = {";": "semicolon", ",": "comma", "tab": "tab"}

_NAME = re.compile(r"[A-Za-zÆØÅæøå_][A-Za-z0-9ÆØÅæøå_]{0,39}")
_CODE = re.compile(r"[A-Za-z0-9_.-]{1,12}")
_YAML_WORDS = {"no", "yes", "on", "off", "true", "false", "null", "y", "n"}
_CPR_DIGITS = 9
"""A CPR number that has lost its leading zero."""


@dataclass(frozen=True)
class Difference:
    """What keeps a header from being that of a layout. Columns of the file by their index in the header."""

    missing: tuple[str, ...]
    new: tuple[int, ...]
    twice: tuple[str, ...]
    renamed: dict[str, int]
    """Missing column → new column that it may have become."""
    no_weeks: bool

    @property
    def size(self) -> int:
        return len(self.missing) + len(self.new) + len(self.twice) + self.no_weeks


def expected_columns(delivery: Delivery) -> list[str]:
    """The columns that a file must have besides the weekly ones, each once, in the order of the contract."""
    items = [column for scale in delivery.items.values() for column in scale.values()]
    told = [*delivery.only, *delivery.retracted, *([delivery.corrections] if delivery.corrections else [])]
    return list(
        dict.fromkeys([*delivery.columns.values(), *items, *delivery.measures.values(), *delivery.ignored, *told])
    )


def agreed_layouts(delivery: Delivery) -> list[Delivery]:
    """The delivery in each layout that is agreed, the main one first; each without further layouts.

    What cancels and takes back rows (`only`, `retracted`, `corrections`) holds in another layout where it has the column.
    """
    return [delivery.model_copy(update={"layouts": ()}), *(_in(delivery, layout) for layout in delivery.layouts)]


def layout_of(header: tuple[str, ...], delivery: Delivery, name: str) -> Delivery:
    """The delivery in the layout that the header fits, columns in any order.

    Raises DeliveryRefused with the difference from the nearest layout in words, and with a line to put into the contract where
    columns seem renamed; when two layouts have these columns; or when the columns seem to be separated by another sign.
    """
    layouts = agreed_layouts(delivery)
    _refuse_other_separator(header, layouts, name)
    differences = [_difference(header, layout) for layout in layouts]
    fitting = [layout for layout, found in zip(layouts, differences, strict=True) if not found.size]
    if len(fitting) == 1:
        return fitting[0]
    if fitting:
        mend = "let each layout of the contract name other columns"
        raise DeliveryRefused(f"fits {len(fitting)} layouts", where=name, mend=mend)
    nearest = min(range(len(layouts)), key=lambda i: differences[i].size)
    what, mend = _words(differences[nearest], header, layouts[nearest])
    if len(layouts) > 1:
        what += f" (of {len(layouts)} layouts, no. {nearest + 1} is the nearest)"
    raise DeliveryRefused(what, where=name, mend=mend)


def code_drift(column: str, unknown: list[tuple[str, int]], delivery: Delivery) -> str:
    """In words: which codes of a canonical column are unknown, as (code, rows), and which are known. Empty when none is.

    The column is called as in the file.

    A code is told only where it is short, no number as long as a CPR number, and in CODE_ROWS rows or more, and none where there
    are more than CODES_TOLD; the others are counted. Known codes that are near (case, leading zeros) are proposed.
    """
    if not unknown:
        return ""
    rows = sum(count for _, count in unknown)
    few = len(unknown) <= CODES_TOLD
    told = sorted(
        ((code, count) for code, count in unknown if few and count >= CODE_ROWS and _tellable_code(code)),
        key=lambda pair: (-pair[1], pair[0]),
    )
    said = f"{delivery.columns.get(column, column)}: {_many(len(unknown), 'unknown code')} in {_many(rows, 'row')}"
    known = delivery.codes.get(column, {})
    agreed = f"; known are {few_of(known or TABLES[delivery.table].columns[column].allowed)}"
    if not told:
        return f"{said}, none of them told (rare, long, or like a person's number){agreed}"
    listed = ", ".join(f"{code} ({count})" for code, count in told)
    rest = len(unknown) - len(told)
    more = f", and {rest} not told" if rest else ""
    pairs = ", ".join(f"{json.dumps(code)}: {_proposed(code, known)}" for code, _ in told)
    return f"{said}: {listed}{more}{agreed}; if they are meant, say `codes: {{{column}: {{{pairs}}}}}`"


def _refuse_other_separator(header: tuple[str, ...], layouts: list[Delivery], name: str) -> None:
    """A header of one column that another sign cuts into the agreed ones: that is the fault, and not that all are missing."""
    delivery = layouts[0]
    if delivery.format != "csv" or len(header) != 1:
        return
    for sign, called in SEPARATORS.items():
        parts = {part.strip(' "') for part in header[0].split("\t" if sign == "tab" else sign)}
        here = max(len(parts & set(expected_columns(layout))) / len(expected_columns(layout)) for layout in layouts)
        if sign != delivery.delimiter and len(parts) > 1 and 2 * here >= 1:
            meant = SEPARATORS[delivery.delimiter]
            what = f"its columns seem to be separated by {called}, and {meant} is agreed"
            amended = f"; or, if all files will be so, say `delimiter: {json.dumps(sign)}` in the contract"
            mend = f"separate them by {meant}{amended}"
            raise DeliveryRefused(what, where=name, mend=mend)


def few_of(codes: Iterable[str]) -> str:
    """Codes in a line: the first KNOWN_TOLD, and how many more there are."""
    told = list(codes)
    left = len(told) - KNOWN_TOLD
    return ", ".join(told[:KNOWN_TOLD]) + (f" and {left} more" if left > 0 else "")


def _in(delivery: Delivery, layout: Layout) -> Delivery:
    has = {*layout.columns.values(), *layout.ignored}
    said = {field: getattr(layout, field) for field in ("columns", "constants", "codes", "ignored")}
    cancels = {
        "only": {column: values for column, values in delivery.only.items() if column in has},
        "retracted": {column: values for column, values in delivery.retracted.items() if column in has},
        "corrections": delivery.corrections if delivery.corrections in has else None,
    }
    date_format = layout.date_format or delivery.date_format
    return delivery.model_copy(update={**said, **cancels, "date_format": date_format, "layouts": ()})


def _difference(header: tuple[str, ...], layout: Delivery) -> Difference:
    expected = expected_columns(layout)
    weekly = {c for c in header if layout.shape == "weekly_columns" and c.startswith(layout.week_prefix)}
    missing = tuple(column for column in expected if column not in header)
    new = tuple(i for i, column in enumerate(header) if column not in expected and column not in weekly)
    twice = tuple(
        sorted(column for column, count in Counter(header).items() if count > 1 and header.index(column) not in new)
    )
    canonical = {column: name for name, column in layout.columns.items()}
    pairs = sorted(
        ((-_alike(old, header[i], canonical), old, i) for old in missing for i in new),
    )
    renamed: dict[str, int] = {}
    for alike, old, i in pairs:
        if -alike >= NEAR and old not in renamed and i not in renamed.values():
            renamed[old] = i
    return Difference(missing, new, twice, renamed, layout.shape == "weekly_columns" and not weekly)


def _alike(old: str, new: str, canonical: dict[str, str]) -> float:
    """1 for the same but for case. The canonical name counts too: senders take names over from the specification."""
    names = {old.casefold(), canonical.get(old, old).casefold()}
    return max(difflib.SequenceMatcher(None, known, new.casefold()).ratio() for known in names)


def _words(found: Difference, header: tuple[str, ...], layout: Delivery) -> tuple[str, str]:
    """What is different, and how it is mended."""
    expected = expected_columns(layout)
    here = len(expected) - len(found.missing) + len(found.renamed)
    is_header = 2 * here >= len(expected)

    def named(i: int) -> str:
        return header[i] if is_header and _tellable_name(header[i]) else f"column no. {i + 1}"

    said = []
    if found.missing:
        said.append(f"lacks {', '.join(_hinted(old, found.renamed, header, named) for old in found.missing)}")
    left = [i for i in found.new if i not in found.renamed.values()]
    if left:
        unknown = "a column" if len(left) == 1 else f"{len(left)} columns"
        said.append(f"has {unknown} that the contract does not know ({', '.join(map(named, left))})")
    if found.twice:
        said.append(f"has twice {', '.join(found.twice)}")
    if found.no_weeks:
        said.append(f"has no weekly columns (their names begin with {layout.week_prefix})")
    return "; ".join(said), _mend(found, left, named, layout)


def _hinted(old: str, renamed: dict[str, int], header: tuple[str, ...], named: Callable[[int], str]) -> str:
    if old not in renamed:
        return old
    new = renamed[old]
    if header[new].casefold() == old.casefold():
        return f"{old} (written in other case: {named(new)})"
    return f"{old} (is it {named(new)}?)"


def _mend(found: Difference, left: list[int], named: Callable[[int], str], layout: Delivery) -> str:
    steps = []
    if found.missing:
        steps.append("send the agreed columns")
    if left:
        steps.append(f"leave out {', '.join(map(named, left))}")
    if found.twice:
        steps.append("send each column once")
    if found.no_weeks:
        steps.append("send the weeks")
    told = {old: named(i) for old, i in found.renamed.items() if not named(i).startswith("column no.")}
    line = _line_of_contract(told, layout)
    return ", ".join(steps) + (f"; or, if the names have changed and not the meaning, say `{line}`" if line else "")


def _line_of_contract(renamed: dict[str, str], layout: Delivery) -> str:
    """The renamed columns as a contract would say them, each under the key that holds it."""
    columns = {name: renamed[old] for name, old in layout.columns.items() if old in renamed}
    measures = {name: renamed[old] for name, old in layout.measures.items() if old in renamed}
    said = [f"columns: {_flow(columns)}"] if columns else []
    for scale, items in layout.items.items():
        named = {item: renamed[old] for item, old in items.items() if old in renamed}
        said += [f"items: {{{scale}: {_flow(named)}}}"] if named else []
    said += [f"measures: {_flow(measures)}"] if measures else []
    return ", ".join(said)


def _flow(names: dict[str, str]) -> str:
    """YAML of one line. `NO` unquoted would be false."""
    quoted = {key: json.dumps(name) if name.casefold() in _YAML_WORDS else name for key, name in names.items()}
    return "{" + ", ".join(f"{key}: {name}" for key, name in quoted.items()) + "}"


def _tellable_name(name: str) -> bool:
    """A word as registers name columns, without a number that could be someone's: no CPR number, date of birth or pseudonym."""
    return bool(_NAME.fullmatch(name)) and not re.search("[0-9]{5}", name) and len(re.findall("[0-9]", name)) <= 6


def _tellable_code(code: str) -> bool:
    return bool(_CODE.fullmatch(code)) and len(re.findall("[0-9]", code)) < _CPR_DIGITS


def _proposed(code: str, known: dict[str, str]) -> str:
    """What a known code that differs in case or leading zeros alone is turned into; otherwise for someone to fill in."""
    near = {to for said, to in known.items() if said.casefold().lstrip("0") == code.casefold().lstrip("0")}
    return json.dumps(near.pop()) if len(near) == 1 else "…"


def _many(count: int, word: str) -> str:
    return f"{count} {word}{'s' * (count != 1)}"
