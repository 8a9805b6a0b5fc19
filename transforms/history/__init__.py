"""Checks that need history: a delivery beside those taken in before it, and beside the population that it speaks of.

`figures` says what a delivery looks like, in counts; the other modules each look at one thing that can be wrong with a file whose
every row is right. What they find is a `Look`: what was found, what was expected, and what to ask the sender;
`expectations.history` says which looks hold. All is relative to the day a delivery describes, and nothing here knows a clock.

Shipped contracts simulated without faults, 300 persons and 5 seeds, 410 deliveries: none is stopped, and 27 of 5,172 looks warn,
most of them of benefits and surveys that grow with the cohort. `benchmarks/history.py` counts again.
"""
