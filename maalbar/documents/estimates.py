"""An estimate in a few words of a line."""

from __future__ import annotations

from typing import Any


def in_words(row: dict[str, Any]) -> str:
    """`-0.0700 (-0.1600 to +0.0400) by difference_in_differences, person`, a count, or why there is none."""
    if row["not_measurable"]:
        return f"not measurable, {row['not_measurable']}"
    if row["units"] is not None:
        return f"{row['units']}"
    how = [str(row[name]) for name in ("estimator", "clusters") if row[name] is not None]
    by = f" by {', '.join(how)}" if how else ""
    return f"{row['change']:+.4f} ({row['low']:+.4f} to {row['high']:+.4f}{', approximate' if row['is_approximate'] else ''}){by}"


def in_short(row: dict[str, Any]) -> str:
    """The figure alone: `-0.0700`, a count, or `not measurable`. `row`: as text or numbers, as it is stored or as JSON."""
    if row["not_measurable"]:
        return "not measurable"
    return f"{row['units']}" if row["units"] is not None else f"{float(row['change']):+.4f}"
