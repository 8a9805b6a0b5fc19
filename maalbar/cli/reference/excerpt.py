"""Cutting out of a contract file the lines that say something, as they stand there."""

from __future__ import annotations

import textwrap
from pathlib import Path

from maalbar.contract.yamlfile import Key, YamlFile, read_yaml
from maalbar.errors import SetupError


def excerpt(path: Path, patterns: list[str]) -> str:
    """The lines of the values that the patterns name, each below the lines of the keys it lies in.

    A pattern is a path into the file, `terms.caps.0`; `*` stands for any key or position. Raises SetupError where a pattern
    names nothing.
    """
    file = read_yaml(path)
    text = path.read_text(encoding="utf-8").splitlines()
    chosen: set[int] = set()
    for pattern in patterns:
        keys = [key for key in file.lines if _fits(pattern, key)]
        if not keys:
            raise SetupError(f"there is nothing at `{pattern}`", where=str(path), mend="mend the path")
        for key in keys:
            chosen |= {file.lines[key[:length]] for length in range(1, len(key))}
            chosen |= set(range(file.lines[key], _end(file, text, key) + 1))
    return textwrap.dedent("\n".join(text[number - 1] for number in sorted(chosen)))


def _fits(pattern: str, key: Key) -> bool:
    parts = pattern.split(".")
    return len(parts) == len(key) and all(part in ("*", str(own)) for part, own in zip(parts, key, strict=True))


def _end(file: YamlFile, text: list[str], key: Key) -> int:
    """The last line of a value: before what follows it, less the comments and blank lines that belong to that."""
    start = file.lines[key]
    after = (line for other, line in file.lines.items() if line > start and other[: len(key)] != key)
    end = min(after, default=len(text) + 1) - 1
    while end > start and (not text[end - 1].strip() or text[end - 1].lstrip().startswith("#")):
        end -= 1
    return end
