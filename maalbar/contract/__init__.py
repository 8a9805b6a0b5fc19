"""The contract language: reading, checking and rehearsing the files under `investments/`."""

from maalbar.contract.load import (
    ContractFaults,
    contract_files,
    find_contract,
    load_all,
    load_contract,
    read_contracts,
    write_rehearsal,
)
from maalbar.contract.model import Contract, digest_of

__all__ = [
    "Contract",
    "ContractFaults",
    "contract_files",
    "digest_of",
    "find_contract",
    "load_all",
    "load_contract",
    "read_contracts",
    "write_rehearsal",
]
