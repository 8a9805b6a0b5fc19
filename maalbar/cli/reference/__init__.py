"""The reference of the contract language: prose from `docs/reference/`, and what can drift from model, files and engine."""

from maalbar.cli.reference.document import reference

__all__ = ["reference"]
