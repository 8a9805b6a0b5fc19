"""Is it true: Great Expectations suites, per incoming table and per result, and the one way to hold data against them."""

from expectations import without_spark as _without_spark  # noqa: F401 - before anything imports Great Expectations
