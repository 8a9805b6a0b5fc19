"""The page of named persons: for every step, who stands for which branch of its rules, put in and given back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from maalbar.drawn import DEFAULTS, cells
from maalbar.engine import read_step
from maalbar.named_persons import NO_ROWS, NamedPerson, PersonsOfStep, persons_of_steps

OPENING = """\
# Named persons

Every step of [sql/](../sql/) comes with a person for each branch of its rules: what is put in, and what the step must give. A
step that adds up has cells of its table in their place. The tests run each of them alone and all of a step at once, on
DuckDB and on Spark, and compare the rows. Only the columns that matter are drawn. This page is made from
[definitions/persons/](../definitions/persons/) by `make reference`; nobody is real.

"""
BY_DEFAULT = """\
## What a drawing leaves out

A column that is not drawn, or an empty cell, has the value below, or none. `-` is none in any case. `person_id` is the
person's name.

"""


def persons_page(files: Sequence[PersonsOfStep] | None = None) -> str:
    """The page in Markdown, by default of all files under `definitions/persons`. The same files give the same bytes."""
    told = persons_of_steps() if files is None else files
    contents = "".join(f"- [{file.title}](#{file.step}): {len(file.persons)} in `{file.step}`\n" for file in told)
    return OPENING + contents + "\n" + BY_DEFAULT + _defaults() + "".join(_section(file) for file in told)


def _section(file: PersonsOfStep) -> str:
    query = read_step(file.step)[0]
    grain = next(line.removeprefix("-- grain: ") for line in query.splitlines() if line.startswith("-- grain: "))
    lines = [
        f'\n## <a id="{file.step}"></a>{file.title}\n',
        f"[`sql/{file.step}.sql`](../sql/{file.step}.sql): {grain}\n",
    ]
    if file.note:
        lines.append(f"{file.note}\n")
    if file.shared:
        lines += ["For all of them:\n", *_drawings(file.shared)]
    for person in file.persons:
        lines += _told(person)
    return "\n".join(lines)


def _told(person: NamedPerson) -> Iterator[str]:
    yield f"### {person.name}: {person.rule}\n"
    yield f"{person.says}\n"
    yield from _drawings(person.tables)
    if person.expected == NO_ROWS:
        yield "**The step gives no row.**\n"
    else:
        yield "**The step gives**\n"
        yield _table(person.expected)


def _drawings(drawn: Mapping[str, str]) -> Iterator[str]:
    for name, text in drawn.items():
        yield f"`{name}`\n"
        yield _table(text)


def _table(text: str) -> str:
    """A drawing as a table of Markdown."""
    rows = cells(text)
    names = [name.strip() for name in text.strip().splitlines()[0].split("|")]
    lines = [_line(names), _line(["---"] * len(names)), *(_line([row[name] for name in names]) for row in rows)]
    return "\n".join(lines) + "\n"


def _line(shown: Sequence[str]) -> str:
    return f"| {' | '.join(cell.replace('*', '&#42;') for cell in shown)} |"


def _defaults() -> str:
    lines = [_line(["table", "columns"]), _line(["---", "---"])]
    for name, columns in DEFAULTS.items():
        lines.append(_line([f"`{name}`", ", ".join(f"{column} {text}" for column, text in columns.items())]))
    return "\n".join(lines) + "\n"
