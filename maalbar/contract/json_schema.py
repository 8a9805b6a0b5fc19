"""The JSON Schema of what people write: for editors, which complete keys, show their meaning and underline what is wrong.

It says what a single value may be. What must hold between sections only `maalbar check` knows.
"""

from __future__ import annotations

from typing import Any

from maalbar.contract.model import MEASURED, Contract


def json_schema() -> dict[str, Any]:
    """Of an agreement or a contract: the sections about measuring are given all together or not at all."""
    schema = Contract.model_json_schema(by_alias=True, mode="validation")
    schema["required"] = [key for key in schema["required"] if key not in MEASURED]
    schema["dependentRequired"] = {key: [other for other in MEASURED if other != key] for key in MEASURED}
    schema["title"] = "Maalbar contract"
    schema["description"] = "A social outcomes contract in the language maalbar/1. See docs/contract-reference.md."
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    return _as_written(schema)


def _as_written(part: Any) -> Any:
    """As an editor meets it: unquoted text may look like a number, and a key that fits no pattern is unknown."""
    if isinstance(part, list):
        return [_as_written(row) for row in part]
    if not isinstance(part, dict):
        return part
    part = {key: _as_written(value) for key, value in part.items() if not (key == "title" and isinstance(value, str))}
    if "patternProperties" in part:
        part["additionalProperties"] = False
    if part.get("type") == "string" and not {"pattern", "enum", "const"} & set(part):
        part["type"] = ["string", "number"]
    return part
