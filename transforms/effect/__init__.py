"""Effect: what the intervention changed, by the estimator the contract names, with its assumptions looked at."""

from transforms.effect.differences import difference_in_differences
from transforms.effect.estimate import REASONS, Diagnostic, Estimate, NotMeasurable
from transforms.effect.find import find
from transforms.effect.material import Finding, Material

__all__ = [
    "REASONS",
    "Diagnostic",
    "Estimate",
    "Finding",
    "Material",
    "NotMeasurable",
    "difference_in_differences",
    "find",
]
