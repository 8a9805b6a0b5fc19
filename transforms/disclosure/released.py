"""Released: what left once, with what was hidden: the register's row, by which later releases are judged."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from maalbar.definitions import DisclosureProfile, disclosure_profile
from transforms.disclosure.drafts import Draft, Key, Part, Piece, Quantile, Quantity, Ratio, Relation, draft, key


@dataclass(frozen=True)
class Released:
    """A release as it was approved. Its draft holds true values, for the releasers alone: never hand it on.

    `profile`: `name@version` of the profile it left under. `hidden`: keys of what would have been shown, and is not.
    """

    id: str
    profile: str
    draft: Draft
    hidden: frozenset[Key]

    @property
    def rules(self) -> DisclosureProfile:
        return disclosure_profile(self.profile)

    def as_data(self) -> dict[str, Any]:
        """Plain data for JSON, in a fixed order; `from_data` makes it again."""
        return {
            "id": self.id,
            "profile": self.profile,
            "hidden": [_plain(k) for k in sorted(self.hidden)],
            "pieces": [[type(piece).__name__, _plain(piece)] for piece in self.draft.pieces],
        }

    @classmethod
    def from_data(cls, data: dict[str, Any]) -> Released:
        """Raises ReleaseRefused where the draft is unsound, KeyError or TypeError where the data are of another shape."""
        pieces = [_MAKE[name](values) for name, values in data["pieces"]]
        return cls(data["id"], data["profile"], draft(*pieces), frozenset(_key(k) for k in data["hidden"]))


def known_to(profile: DisclosureProfile, register: Iterable[Released]) -> list[Released]:
    """The earlier releases that the profile's readers have seen or may see."""
    return [release for release in register if release.profile in profile.readers_know]


def _plain(value: Any) -> Any:
    if isinstance(value, Key):
        return [value.measure, dict(value.at)]
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, tuple):
        return [_plain(part) for part in value]
    if isinstance(value, Piece):
        return {name: _plain(part) for name, part in vars(value).items()}
    return value


def _key(data: list[Any]) -> Key:
    return key(data[0], data[1])


def _quantity(data: dict[str, Any]) -> Quantity:
    return Quantity(**{**data, "key": _key(data["key"]), "largest": tuple(data["largest"])})


def _ratio(data: dict[str, Any]) -> Ratio:
    keys = {name: _key(data[name]) for name in ("key", "over", "under")}
    scale = tuple(data["scale"]) if data["scale"] else None
    return Ratio(**{**data, **keys, "per": Decimal(data["per"]), "scale": scale})


def _quantile(data: dict[str, Any]) -> Quantile:
    return Quantile(_key(data["key"]), Decimal(data["value"]), _key(data["of"]), data["same"])


def _relation(data: dict[str, Any]) -> Relation:
    terms = tuple((_key(k), coefficient) for k, coefficient in data["terms"])
    return Relation(terms, data["low"], data["high"])


def _part(data: dict[str, Any]) -> Part:
    return Part(_key(data["part"]), _key(data["whole"]), data["says"])


_MAKE: dict[str, Any] = {
    "Quantity": _quantity, "Ratio": _ratio, "Quantile": _quantile, "Relation": _relation, "Part": _part,
}  # fmt: skip
