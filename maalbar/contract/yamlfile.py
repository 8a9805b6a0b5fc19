"""Reads YAML strictly: every scalar is text, and every value remembers its line.

YAML's own typing turns `NO` into False, `12:30` into 750 and a number with a leading zero into another number, and it
lets the last of two equal keys win without a word. Here nothing is guessed: types come from the model that reads the
text. Tags, anchors and aliases are refused, so that what is read is what is written.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from maalbar.errors import ContractError

Key = tuple[str | int, ...]
MAX_BYTES = 1_000_000
MAX_DEPTH = 20
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
"""Unicode's category Cc, but for tabs and ends of line."""
_TOO_DEEP = "exceeded maximum nesting depth"
"""What libyaml says where it will not follow any further."""
_OPENS = (
    yaml.BlockMappingStartToken,
    yaml.BlockSequenceStartToken,
    yaml.FlowMappingStartToken,
    yaml.FlowSequenceStartToken,
)
_CLOSES = (yaml.BlockEndToken, yaml.FlowMappingEndToken, yaml.FlowSequenceEndToken)


@dataclass(frozen=True)
class YamlFile:
    """The plain data of a file and the line (from 1) of each value, by its path of keys and positions."""

    path: Path
    data: dict[str, Any]
    lines: dict[Key, int]

    def where(self, key: Key) -> str:
        """`file:line` of a value, or of the nearest part around it that stands in the file."""
        while key and key not in self.lines:
            key = key[:-1]
        return f"{self.path}:{self.lines.get(key, 1)}"


def read_definition(path: Path) -> Mapping[str, Any]:
    """The data of a file under `definitions/`, which every contract looks at: read again only when it has changed.

    Raises as `read_yaml`, and FileNotFoundError.
    """
    now = path.stat()
    return _read_definition(path, now.st_mtime_ns, now.st_size)


@lru_cache(maxsize=512)
def _read_definition(path: Path, _changed: int, _size: int) -> Mapping[str, Any]:
    return MappingProxyType(read_yaml(path).data)


def read_yaml(path: Path) -> YamlFile:
    """Read one file. Raises ContractError naming file and line for anything but a plain mapping of text."""
    try:
        text = path.read_bytes()
    except OSError as error:
        raise ContractError(f"cannot be read ({error.strerror})", where=str(path), mend="check the path") from None
    if len(text) > MAX_BYTES:
        raise ContractError(f"larger than {MAX_BYTES} bytes", where=str(path), mend="a contract is a small file")
    try:
        _refuse_indirection(text.decode("utf-8"), path)
        node = yaml.compose(text.decode("utf-8"), Loader=yaml.CSafeLoader)
    except UnicodeDecodeError as error:
        raise ContractError(
            f"not UTF-8 at byte {error.start}", where=str(path), mend="save the file as UTF-8"
        ) from None
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        if error.problem == _TOO_DEEP:
            raise _nested_too_deeply(f"{path}:{line}") from None
        raise ContractError(
            f"not valid YAML: {error.problem}",
            where=f"{path}:{line}",
            mend="mend the indentation or the quotes",
        ) from None
    except yaml.YAMLError:
        raise ContractError("not valid YAML", where=str(path), mend="remove control characters") from None
    if not isinstance(node, MappingNode):
        raise ContractError("holds no mapping", where=f"{path}:1", mend="start with `schema:` and `id:`")
    lines: dict[Key, int] = {}
    return YamlFile(path, _plain(node, (), lines, path), lines)


def _refuse_indirection(text: str, path: Path) -> None:
    """Tags choose types, and aliases can make a small file endless: neither is read."""
    depth = 0
    for token in yaml.scan(text, Loader=yaml.CSafeLoader):
        # PyYAML composes by recursion: what is nested too deeply must be refused before it is composed.
        depth += isinstance(token, _OPENS) - isinstance(token, _CLOSES)
        if depth > MAX_DEPTH + 1:
            raise _nested_too_deeply(f"{path}:{token.start_mark.line + 1}")
        if isinstance(token, (yaml.TagToken, yaml.AnchorToken, yaml.AliasToken)):
            kind = type(token).__name__.removesuffix("Token").lower()
            where = f"{path}:{token.start_mark.line + 1}"
            raise ContractError(
                f"an {kind} is not allowed" if kind != "tag" else "a tag is not allowed",
                where=where,
                mend="write plain values only",
            )


def _nested_too_deeply(where: str) -> ContractError:
    return ContractError("nested too deeply", where=where, mend=f"use at most {MAX_DEPTH} levels")


def _plain(node: Node, key: Key, lines: dict[Key, int], path: Path) -> Any:
    """Turn a node into dict, list or str; None only for an empty value."""
    line = node.start_mark.line + 1
    where = f"{path}:{line}"
    lines.setdefault(key, line)
    if len(key) > MAX_DEPTH:
        raise _nested_too_deeply(where)
    if isinstance(node, ScalarNode):
        if node.tag == "tag:yaml.org,2002:null":
            return None
        text = str(node.value)
        if _CONTROL.search(text):
            raise ContractError("a control character", where=where, mend="write plain text")
        return text
    if isinstance(node, SequenceNode):
        return [_plain(item, (*key, index), lines, path) for index, item in enumerate(node.value)]
    if not isinstance(node, MappingNode):  # pragma: no cover - compose yields no other kind of node
        raise ContractError("not a plain value", where=where)
    return _mapping(node, key, lines, path)


def _mapping(node: MappingNode, key: Key, lines: dict[Key, int], path: Path) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name_node, value_node in node.value:
        where = f"{path}:{name_node.start_mark.line + 1}"
        if not isinstance(name_node, ScalarNode) or name_node.value == "<<":
            raise ContractError("a key must be plain text", where=where, mend="write the key out; merges are not read")
        name = str(name_node.value)
        if name in found:
            first = lines[(*key, name)]
            raise ContractError(f"`{name}` is given twice (first on line {first})", where=where, mend="keep one")
        lines[(*key, name)] = name_node.start_mark.line + 1
        found[name] = _plain(value_node, (*key, name), lines, path)
    return found
