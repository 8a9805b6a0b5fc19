"""Named persons: for every step of `sql/`, one person for each branch of its rules, with what the step must give.

One YAML file per step under `definitions/persons/`: the tables that all its persons share, and the persons, each with the
rule, a sentence, the tables that tell of the person, and the expected rows, all drawn as text (`maalbar.drawn`). A person of
a step that adds up is a cell of its table. `docs/named-persons.md` is made from the same files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from maalbar import joined
from maalbar.contract.yamlfile import Key, YamlFile, read_yaml
from maalbar.drawn import cells, draw, value
from maalbar.errors import SetupError
from maalbar.settings import PROJECT
from maalbar.tables import Column

if TYPE_CHECKING:
    import pyarrow as pa

FOLDER = PROJECT / "definitions" / "persons"
NO_ROWS = "none"
_KINDS: Mapping[str, Column] = {
    "int32": Column("integer"),
    "int64": Column("integer"),
    "string": Column("text"),
    "bool": Column("flag"),
    "date32[day]": Column("date"),
}
_SHAPE = {"step": True, "title": True, "note": False, "shared": False, "persons": True}
_MAPPINGS = ("shared", "persons", "tables")
_PERSON = {"name": True, "rule": True, "says": True, "tables": True, "expected": True}


@dataclass(frozen=True)
class NamedPerson:
    """One branch of a rule: `tables` and `expected` are drawings, `expected` is `none` where the step gives no row."""

    name: str
    rule: str
    says: str
    tables: Mapping[str, str]
    expected: str

    @property
    def person_id(self) -> str:
        return self.name.lower()

    def expected_rows(self, schema: pa.Schema) -> list[dict[str, Any]]:
        """The rows that a step with this result must give, in the columns drawn. Raises SetupError for a column it has not."""
        if self.expected == NO_ROWS:
            return []
        drawn = cells(self.expected)
        for name in drawn[0]:
            if name not in schema.names:
                raise SetupError(f"the step gives no column {name}", where=self.name)
        by_person = {"person_id": self.person_id} if "person_id" in schema.names else {}
        return [
            by_person | {name: value(text, _KINDS[str(schema.field(name).type)]) for name, text in row.items()}
            for row in drawn
        ]


@dataclass(frozen=True)
class PersonsOfStep:
    """The named persons of one step, and the drawings that all of them share. `note`: how to read the drawings."""

    step: str
    title: str
    note: str
    shared: Mapping[str, str]
    persons: tuple[NamedPerson, ...]

    def tables(self, persons: Sequence[NamedPerson], reads: Sequence[str]) -> dict[str, pa.Table]:
        """The tables that a step reads, for these persons at once; what nothing is drawn of is empty.

        Raises SetupError where a drawing is of a table that the step does not read.
        """
        import pyarrow as pa

        known = joined.readable()
        drawn = set(self.shared).union(*(person.tables for person in persons))
        if not drawn <= set(reads):
            unread = min(drawn - set(reads))
            raise SetupError(f"the step {self.step} does not read {unread}", where=f"persons/{self.step}.yaml")
        found = {}
        for name in reads:
            if name not in known:
                raise SetupError(f"there is no table {name}", where=f"sql/{self.step}.sql", mend="name it in joined.py")
            parts = [draw(known[name], self.shared[name])] if name in self.shared else []
            parts += [draw(known[name], p.tables[name], p.person_id) for p in persons if name in p.tables]
            rows = [row for part in parts for row in part.to_pylist()]
            if "person_id" not in known[name].columns:
                # Two persons may draw the same rule; together they have it once.
                rows = [row for number, row in enumerate(rows) if row not in rows[:number]]
            found[name] = pa.Table.from_pylist(rows, schema=known[name].schema)
        return found


def persons_of_steps(folder: Path = FOLDER) -> list[PersonsOfStep]:
    """The named persons of every step that has a file, in order of step."""
    return [persons_of_step(path) for path in sorted(folder.glob("*.yaml"))]


def persons_of_step(path: Path) -> PersonsOfStep:
    """Read one file, strictly. Raises ContractError or SetupError naming file and line for anything it cannot be."""
    file = read_yaml(path)
    _fits(file, file.data, _SHAPE, ())
    if file.data["step"] != path.stem:
        raise SetupError(
            f"tells of the step {file.data['step']}", where=file.where(("step",)), mend="name file and step alike"
        )
    told = file.data["persons"]
    if not isinstance(told, list) or not told:
        raise SetupError("persons is no list", where=file.where(("persons",)), mend="draw at least one person")
    shared = _drawings(file, ("shared",)) if "shared" in file.data else {}
    persons = tuple(_person(file, ("persons", number)) for number in range(len(told)))
    names = [person.person_id for person in persons]
    for number, name in enumerate(names):
        if name in names[:number]:
            raise SetupError("two persons of one name", where=file.where(("persons", number)), mend="rename one")
    return PersonsOfStep(file.data["step"], file.data["title"], file.data.get("note", ""), shared, persons)


def _person(file: YamlFile, key: Key) -> NamedPerson:
    told = file.data["persons"][key[1]]
    _fits(file, told, _PERSON, key)
    tables = _drawings(file, (*key, "tables"))
    for name, text in tables.items():
        _tried(file, (*key, "tables", name), name, text, told["name"].lower())
    if told["expected"] != NO_ROWS:
        _tried(file, (*key, "expected"), None, told["expected"])
    return NamedPerson(told["name"], told["rule"], " ".join(told["says"].split()), tables, told["expected"])


def _drawings(file: YamlFile, key: Key) -> dict[str, str]:
    """The drawings of a part of the file by table, each of them tried. Raises SetupError naming its line."""
    told: Any = file.data
    for step in key:
        told = told[step]
    if not isinstance(told, dict) or not all(isinstance(text, str) for text in told.values()):
        raise SetupError("is no list of drawings", where=file.where(key), mend="write `table: |` and draw it below")
    for name, text in told.items():
        if key == ("shared",):
            _tried(file, (*key, name), name, text)
    return dict(told)


def _tried(file: YamlFile, key: Key, table: str | None, text: str, person: str = "") -> None:
    known = joined.readable()
    if table and table not in known:
        raise SetupError(f"there is no table {table}", where=file.where(key), mend="see tables.py and joined.py")
    try:
        draw(known[table], text, person) if table else cells(text)
    except SetupError as error:
        raise SetupError(error.what, where=file.where(key), mend=error.mend) from None


def _fits(file: YamlFile, told: Any, shape: Mapping[str, bool], key: Key) -> None:
    """Every key that there must be, no other, and text where text belongs."""
    if not isinstance(told, dict):
        raise SetupError("is no mapping", where=file.where(key), mend=f"write {', '.join(shape)}")
    for name in told:
        if name not in shape:
            raise SetupError(
                f"there is no key {name}", where=file.where((*key, name)), mend=f"write {', '.join(shape)}"
            )
    for name, must in shape.items():
        if must and not told.get(name):
            raise SetupError(f"{name} is missing", where=file.where(key))
        if name in told and name not in _MAPPINGS and not isinstance(told[name], str):
            raise SetupError(f"{name} is no text", where=file.where((*key, name)))
