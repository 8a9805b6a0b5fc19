"""The gate: no identity enters. A file is looked through, batch by batch, before anything of it is kept.

    scan.py      →  Scan: the file's name, its header, then every batch; what was found, as places and counts
    columns.py      what the contract says that a column is
    cells.py        the cells of a column in one batch, each different text once
    cpr.py          CPR numbers, however they are written, and what chance writes like one
    identity.py     names, addresses, telephone numbers, e-mail, birth dates, coordinates
    person_ids.py   ids of another length than agreed, and ids that are a plain hash of a CPR number

A find says what, where and how often. It never holds a value, and nothing here writes one to a message.
"""

from transforms.gate.identity import Limits
from transforms.gate.scan import Find, Scan

__all__ = ["Find", "Limits", "Scan"]
