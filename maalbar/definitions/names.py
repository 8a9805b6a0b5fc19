"""Names: lists by which the gate knows that a column holds the names of persons."""

from __future__ import annotations

from maalbar.definitions.definition import Definition


class Names(Definition):
    """Lists of names, each as one text with a space between two."""

    most_common: str
    """The most common first names of the whole population."""
    newborn: str
    """First names of those born lately."""
    older: str
    """First names of those who were born long ago, and of those who came from elsewhere."""
    surnames: str
    more_surnames: str

    @property
    def first_names(self) -> tuple[str, ...]:
        """Every first name, in lower case."""
        return _sorted(self.most_common, self.newborn, self.older)

    @property
    def last_names(self) -> tuple[str, ...]:
        """Every surname, in lower case."""
        return _sorted(self.surnames, self.more_surnames)


def _sorted(*lists: str) -> tuple[str, ...]:
    return tuple(sorted({name.lower() for text in lists for name in text.split()}))
