"""The contract language: reading, checking and rehearsing the files under `investments/`."""

from maalbar.contract.load import (
    ContractFaults,
    agreement_of,
    contract_files,
    find_contract,
    find_file,
    load_agreement,
    load_all,
    load_contract,
    read_agreements,
    read_contracts,
    rehearsals_of,
    write_rehearsal,
)
from maalbar.contract.model import Agreement, Contract, digest_of

__all__ = [
    "Agreement",
    "Contract",
    "ContractFaults",
    "agreement_of",
    "contract_files",
    "digest_of",
    "find_contract",
    "find_file",
    "load_agreement",
    "load_all",
    "load_contract",
    "read_agreements",
    "read_contracts",
    "rehearsals_of",
    "write_rehearsal",
]
