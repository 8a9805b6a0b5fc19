"""Survey scales: which answers are valid, how they become a score, and what scores are called.

Items have generic names: the wording belongs to the owners of a scale and never stands here.
"""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, PlainSerializer, WithJsonSchema, model_validator

from maalbar.contract.values import Count, Identifier, Number, Section
from maalbar.definitions.definition import Definition

Words = dict[Literal["da", "en"], str]


def _proportion(value: Any) -> Any:
    parts = value.split("/") if isinstance(value, str) else []
    if isinstance(value, Fraction):
        return value
    if len(parts) != 2 or not all(part.isdecimal() for part in parts) or not int(parts[0]) <= int(parts[1]) > 0:
        raise ValueError("a proportion is written like `1/12`")
    return Fraction(int(parts[0]), int(parts[1]))


Proportion = Annotated[
    Fraction,
    BeforeValidator(_proportion),
    PlainSerializer(lambda share: f"{share.numerator}/{share.denominator}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^\d+/\d+$"}),
]


class Band(Section):
    """A range of scores with a name. It reaches up to the next band, so that a score between two whole ones has a band."""

    id: Identifier
    start: Annotated[Number, Field(alias="from")]
    """The lowest score of the band."""
    end: Annotated[Number, Field(alias="to")]
    """The highest score of the band, as published."""
    title: Words


class Condition(Section):
    """The proportion of a person's valid answers that are among `answers` lies within these limits."""

    answers: tuple[Count, ...]
    """Answers after reversal."""
    more_than: Proportion | None = None
    at_least: Proportion | None = None
    at_most: Proportion | None = None

    def holds(self, among: int, valid: int) -> bool:
        """Whether it holds for so many answers among `answers`, of so many valid ones. Exact."""
        share = Fraction(among, valid)
        return (
            (self.more_than is None or share > self.more_than)
            and (self.at_least is None or share >= self.at_least)
            and (self.at_most is None or share <= self.at_most)
        )


class Category(Section):
    """What a person's answers amount to when every condition holds; the first category that fits counts."""

    id: Identifier
    title: Words
    when: tuple[Condition, ...] = ()
    """Left out: everyone whom no category before it fits. The last category has none."""


class Domain(Section):
    """Some items of a scale, scored as the scale is."""

    title: Words
    items: tuple[Identifier, ...]
    min_valid_items: Count


class Scale(Definition):
    """A survey scale: which answers are valid, how many must be, and how answers become a score.

    `mean`: the mean of the answers. `sum`: their sum × `factor`. `converted`: what `conversion` has for their sum. `share`: the
    percentage of answers that are at least `share_from`. `count`: how many of the items are.
    """

    items: tuple[Identifier, ...]
    lowest: Count
    highest: Count
    reversed: tuple[Identifier, ...] = ()
    """Items whose answers are turned, lowest for highest, before anything else."""
    min_valid_items: Count
    """With fewer valid answers there is no score."""
    missing: Literal["strict", "person_mean"] = "person_mean"
    """`strict`: every item must be answered. `person_mean`: an item left out counts as the mean of the person's own valid ones,
    which for a mean or a share is that of the valid answers. A sum to be converted is rounded to a whole one, half up."""
    score: Literal["mean", "sum", "converted", "share", "count"]
    factor: Count = 1
    conversion: dict[Count, Number] = {}
    """With `converted`: every possible sum and its score, rising. Nothing is interpolated."""
    share_from: Count | None = None
    """With `share` and `count`: the least answer that counts."""
    score_from: Number
    """The lowest score that answers can give."""
    score_to: Number
    """The highest."""
    bands: tuple[Band, ...] = ()
    """From the lowest score to the highest."""
    categories: tuple[Category, ...] = ()
    """In the order in which they are tried; instead of bands."""
    domains: dict[Identifier, Domain] = {}
    detectable_change_person: Number | None = None
    """The change of one person that is more than error of measurement (MDC, 95 %). What is below it is no news of a person;
    pay on means of groups."""
    minimum_persons: Count | None = None
    """With fewer persons who have answered at both times, in either arm, there is no figure."""
    licence: str | None = None
    """What its owners ask of whoever uses it."""

    @property
    def groups(self) -> tuple[str, ...]:
        """What scores are called: the ids of its bands or categories."""
        return (*(band.id for band in self.bands), *(category.id for category in self.categories))

    @property
    def points(self) -> tuple[int, int]:
        """The least and the most that one item adds."""
        return (0, 1) if self.score in ("share", "count") else (self.lowest, self.highest)

    def domain(self, name: str) -> Scale:
        """The scale of one domain: the same answers, fewer items. Raises KeyError."""
        part = self.domains[name]
        own: dict[str, Any] = {"title": part.title, "items": part.items, "min_valid_items": part.min_valid_items}
        own["reversed"] = tuple(item for item in self.reversed if item in part.items)
        # Names and errors of measurement are known for the whole scale only.
        own |= {"domains": {}, "bands": (), "categories": (), "detectable_change_person": None}
        smaller = self.model_copy(update=own)
        low, high = smaller._bounds()
        return smaller.model_copy(update={"score_from": low, "score_to": high})

    @model_validator(mode="after")
    def _can_be_scored(self) -> Self:
        names = set(self.items)
        _need(len(names) == len(self.items) and self.lowest < self.highest, "items differ, and lowest < highest")
        _need(set(self.reversed) <= names, "only items of the scale are reversed")
        _need(0 < self.min_valid_items <= len(names), "min_valid_items lies from 1 to the number of items")
        _need(self.missing != "strict" or self.min_valid_items == len(names), "strict asks for every item")
        is_split = self.score in ("share", "count")
        _need(is_split == (self.share_from is not None), "share_from goes with share and count")
        _need(self.score == "sum" or self.factor == 1, "factor goes with sum")
        low, high = (len(names) * point for point in self.points)
        sums = list(range(low, high + 1)) if self.score == "converted" else []
        values = list(self.conversion.values())
        _need(list(self.conversion) == sums and values == sorted(set(values)), "conversion has every sum, rising")
        _need((self.score_from, self.score_to) == self._bounds(), "score_from and score_to are what answers can give")
        return self

    @model_validator(mode="after")
    def _can_be_named(self) -> Self:
        _need(not (self.bands and self.categories), "a scale has bands or categories")
        edges = [edge for band in self.bands for edge in (band.start, band.end)]
        _need(edges == sorted(edges), "bands rise and do not overlap")
        _need(not edges or (edges[0], edges[-1]) == (self.score_from, self.score_to), "bands cover every score")
        _need(all(not c.when for c in self.categories[-1:]), "the last category has no condition")
        _need(all(c.when for c in self.categories[:-1]), "every category but the last has a condition")
        for part in self.domains.values():
            _need(set(part.items) <= set(self.items), "a domain has items of its scale")
            _need(0 < part.min_valid_items <= len(set(part.items)), "a domain asks for its own items")
        _need(not (self.domains and self.score == "converted"), "a part of a converted sum cannot be converted")
        return self

    def _bounds(self) -> tuple[Decimal, Decimal]:
        number, (low, high) = len(self.items), self.points
        if self.score == "converted":
            return self.conversion[number * low], self.conversion[number * high]
        times = {"mean": 1, "share": 100, "sum": number * self.factor, "count": number}[self.score]
        return Decimal(low * times), Decimal(high * times)


def _need(is_so: bool, rule: str) -> None:
    if not is_so:
        raise ValueError(rule)
