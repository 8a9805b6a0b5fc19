"""The research extract as files: tables as CSV and Parquet, and a codebook in both languages."""

from maalbar.documents.extract.facts import Axis, ExtractFacts, OutcomeFact, WindowFact
from maalbar.documents.extract.files import extract_files

__all__ = ["Axis", "ExtractFacts", "OutcomeFact", "WindowFact", "extract_files"]
