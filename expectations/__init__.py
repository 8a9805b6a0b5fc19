"""Is it true: Great Expectations suites, per incoming table and per result, and the one way to hold data against them."""
