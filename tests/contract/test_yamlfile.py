"""A contract file is read strictly: every scalar is the text that stands there, and what is read is what is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maalbar.contract.yamlfile import MAX_BYTES, MAX_DEPTH, read_yaml
from maalbar.errors import ContractError

EXACT_TEXTS = [
    "NO", "yes", "on", "12:30", "010", "0101701234", "1.10", "1e3", "0x1F", "1_000", ".5", ".inf", ".nan",
    "2027-07-01", "true", "=",
]  # fmt: skip


@pytest.fixture
def write(tmp_path: Path):
    def written(text: str | bytes) -> Path:
        path = tmp_path / "a.yaml"
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return written


def refusal(path: Path) -> str:
    with pytest.raises(ContractError) as caught:
        read_yaml(path)
    return caught.value.line


@pytest.mark.fault("F54")
@pytest.mark.parametrize("text", EXACT_TEXTS)
def test_a_value_is_the_text_that_stands_there(write, text):
    assert read_yaml(write(f"value: {text}\n")).data == {"value": text}


@pytest.mark.parametrize("text", EXACT_TEXTS)
def test_a_key_is_the_text_that_stands_there(write, text):
    assert read_yaml(write(f"{text}: value\n")).data == {text: "value"}


@given(text=st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs"))))
def test_any_quoted_text_comes_back_whole(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("quoted") / "a.yaml"
    path.write_text("value: '" + text.replace("'", "''") + "'\n", encoding="utf-8")
    assert read_yaml(path).data == {"value": text}


def test_an_empty_value_is_nothing_and_an_empty_text_is_a_text(write):
    assert read_yaml(write('a:\nb: ""\n')).data == {"a": None, "b": ""}


def test_every_value_remembers_its_line(write):
    file = read_yaml(write("# a comment\na: 1\n\nb:\n  - c: 2\n    d: 3\n  - {e: 4,\n     f: 5}\n"))
    assert file.lines == {
        (): 2,
        ("a",): 2,
        ("b",): 4,
        ("b", 0): 5,
        ("b", 0, "c"): 5,
        ("b", 0, "d"): 6,
        ("b", 1): 7,
        ("b", 1, "e"): 7,
        ("b", 1, "f"): 8,
    }


def test_what_is_missing_is_looked_for_in_the_part_around_it(write):
    file = read_yaml(write("a: 1\nb:\n  c: 2\n"))
    assert file.where(("b", "missing", 3)) == f"{file.path}:2"
    assert file.where(("missing",)) == f"{file.path}:1"


@pytest.mark.fault("F54")
def test_a_key_given_twice_is_refused_at_the_second_and_names_the_first(write):
    path = write("a: 1\nb: 2\na: 1\n")
    assert refusal(path) == f"{path}:3: `a` is given twice (first on line 1) — keep one"


def test_a_key_given_twice_deep_inside_is_refused(write):
    path = write("a:\n  - {b: 1, c: 2, b: 3}\n")
    assert refusal(path) == f"{path}:2: `b` is given twice (first on line 2) — keep one"


@pytest.mark.fault("F54")
@pytest.mark.parametrize(
    ("text", "line", "what"),
    [
        ("a: 1\nb: !!python/object:os.system x\n", 2, "a tag is not allowed"),
        ("a: !!str 1\n", 1, "a tag is not allowed"),
        ("a: !own {b: 1}\n", 1, "a tag is not allowed"),
        ("a: &one 1\n", 1, "an anchor is not allowed"),
        ("a: 1\nb: *one\n", 2, "an alias is not allowed"),
        ("a: 1\nb: {<<: {c: 1}}\n", 2, "a key must be plain text"),
        ("a: 1\n? [b, c]\n: 2\n", 2, "a key must be plain text"),
    ],
)
def test_what_points_elsewhere_or_chooses_a_type_is_refused(write, text, line, what):
    assert refusal(path := write(text)).startswith(f"{path}:{line}: {what} — ")


def test_a_small_file_cannot_be_made_endless_by_aliases(write):
    rows = ["l0: &l0 [x, x]"] + [f"l{n}: &l{n} [*l{n - 1}, *l{n - 1}]" for n in range(1, 40)]
    assert "an anchor is not allowed" in refusal(write("\n".join(rows)))


@pytest.mark.fault("F54")
def test_a_tab_for_indentation_is_refused_at_its_line(write):
    path = write("a: 1\nb:\n\tc: 2\n")
    assert refusal(path).startswith(f"{path}:3: not valid YAML")


@pytest.mark.parametrize("text", ["", "# only a comment\n", "- a\n- b\n", "just text\n"])
def test_a_file_that_is_no_mapping_is_refused(write, text):
    assert "holds no mapping" in refusal(write(text))


def test_two_documents_in_one_file_are_refused(write):
    assert "not valid YAML" in refusal(write("a: 1\n---\na: 2\n"))


def test_a_file_that_is_not_utf_8_is_refused_at_its_byte(write):
    # `name: Bl` is 8 bytes; the å of Latin-1 is byte 8.
    path = write("name: Blåbær\n".encode("latin-1"))
    assert refusal(path) == f"{path}: not UTF-8 at byte 8 — save the file as UTF-8"


def test_a_control_character_is_refused(write):
    assert "remove control characters" in refusal(write("a: \x07\n"))


def test_a_file_nested_to_the_limit_is_read_and_one_level_more_is_refused(write):
    def nested(levels: int) -> str:
        return "".join("  " * level + "a:\n" for level in range(levels)) + "  " * levels + "a: x\n"

    assert read_yaml(write(nested(MAX_DEPTH - 1))).data
    assert "nested too deeply" in refusal(write(nested(MAX_DEPTH)))


def test_a_file_too_large_for_a_contract_is_refused(write):
    assert f"larger than {MAX_BYTES} bytes" in refusal(write("a: " + "x" * MAX_BYTES))


def test_a_file_that_is_not_there_is_named(tmp_path):
    path = tmp_path / "none.yaml"
    assert refusal(path) == f"{path}: cannot be read (No such file or directory) — check the path"


@given(text=st.text(alphabet="ab:-{}[]&*!|>'\"#%@`?, \n\t", max_size=60))
def test_any_text_is_read_or_refused_in_one_line(tmp_path_factory, text):
    path = tmp_path_factory.mktemp("any") / "a.yaml"
    path.write_text(text, encoding="utf-8")
    try:
        assert isinstance(read_yaml(path).data, dict)
    except ContractError as error:
        assert "\n" not in error.line
        assert error.line.startswith(str(path))


def test_a_file_nested_a_thousandfold_is_refused_before_it_is_built(tmp_path):
    path = tmp_path / "deep.yaml"
    path.write_text("a: " + "[" * 3000 + "]" * 3000)
    with pytest.raises(ContractError, match="nested too deeply"):
        read_yaml(path)
