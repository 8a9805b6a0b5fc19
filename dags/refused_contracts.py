"""Shows the contracts that cannot be read as an import error of this file. It has no DAG.

Airflow takes every DAG of a file out of service when that file has an import error, and one bad contract must not stop the
others. So contracts.py passes over it, and this file, which Airflow parses beside it, fails with file, line, fault and remedy.
"""

from __future__ import annotations

from maalbar.contract import contract_files, read_contracts
from maalbar.errors import ContractError

_, _faults = read_contracts(contract_files())
if _faults:
    raise ContractError("; ".join(_faults))
