"""The JSON Schema takes every file that loads, and refuses what an editor should underline."""

from __future__ import annotations

import copy
import json

import jsonschema
import pytest
import yaml

from maalbar.cli.reference.shipped import contract_files
from maalbar.contract.json_schema import json_schema
from maalbar.contract.yamlfile import read_yaml
from maalbar.settings import PROJECT

FIRST = PROJECT / "docs" / "examples" / "first.yaml"
FILES = [*contract_files(), *sorted((PROJECT / "tests" / "contracts").glob("*.yaml"))]


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_is_valid_as_plain_text(validator, path):
    assert [f"{list(e.path)}: {e.message}" for e in validator.iter_errors(read_yaml(path).data)] == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shipped_file_is_valid_as_an_editor_reads_it(validator, path):
    # An editor takes 10 for a number and true for a flag; days stay text in YAML 1.2, which editors follow.
    def as_editor(loader: yaml.SafeLoader, node: yaml.ScalarNode) -> str:
        return loader.construct_scalar(node)

    class Editor(yaml.SafeLoader):
        pass

    Editor.add_constructor("tag:yaml.org,2002:timestamp", as_editor)
    data = yaml.load(path.read_text(encoding="utf-8"), Loader=Editor)
    found = validator.iter_errors(json.loads(json.dumps(data)))
    # 3_600_000 without a currency would be a number to YAML 1.1 alone; no file has one.
    assert [f"{list(e.path)}: {e.message}" for e in found] == []


@pytest.mark.parametrize(
    ("way", "value"),
    [
        (("outcomes", "loneliness", "price", "maximum"), "400_000"),
        (("outcomes", "loneliness", "price", "maximum"), "kr. 400.000"),
        (("outcomes", "loneliness", "price", "target"), "2"),
        (("outcomes", "loneliness", "price", "kind"), "prorata"),
        (("outcomes", "loneliness", "payments", 0, "share"), "0.75"),
        (("outcomes", "loneliness", "payments", 0, "share"), "101 %"),
        (("outcomes", "Loneliness"), {}),
        (("calendar", "periods", 0, "from"), "1 January 2026"),
        (("terms", "basis"), "yearly"),
        (("terms", "colour"), "red"),
        (("terms", "currency"), "kroner"),
        (("schema",), "maalbar/2"),
        (("sources", "offer", "public"), "yes"),
        (("quality",), {"max_quarantined": "1 %", "min_response": "1 %", "max_response_gap": "1 %", "source": "offer"}),
    ],
)  # fmt: skip
def test_a_wrong_value_or_key_is_refused(validator, way, value):
    data = copy.deepcopy(read_yaml(FIRST).data)
    assert validator.is_valid(data)
    *up, last = way
    place = data
    for part in up:
        place = place[part]
    place[last] = value
    assert not validator.is_valid(data)


def test_a_missing_key_is_refused(validator):
    data = read_yaml(FIRST).data
    del data["terms"]["basis"]
    assert [error.message for error in validator.iter_errors(data)] == ["'basis' is a required property"]


def test_an_editor_shows_the_meaning_of_every_key():
    schema = json_schema()
    for name, section in {"the file": schema, **schema["$defs"]}.items():
        for key, value in section["properties"].items():
            # Where a key means what its section means, the section says it.
            assert value.get("description") or "$ref" in value, f"{name}.{key}"


def test_the_schema_in_the_docs_is_the_one_the_model_gives():
    kept = (PROJECT / "docs" / "contract.schema.json").read_text(encoding="utf-8")
    assert kept == json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", "run `make reference`"
