"""What a contract will come to: its measured results and its ledger from the database, and a forecast of the rest."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass

from maalbar.contract import Contract, find_contract, find_file
from maalbar.database import transaction
from maalbar.errors import ContractError
from maalbar.flow.entitle import due
from transforms.forecast import DRAWS, Forecast, Room, forecast, room, unforeseeable


@dataclass(frozen=True)
class Outlook:
    """A forecast, and where the contract stands. Amounts in minor units.

    `measured`: the periods that are. `unpaid`: (payer, recipient) → entitled by them and not posted, negative when it goes back.
    """

    contract: Contract
    measured: tuple[str, ...]
    forecast: Forecast
    unpaid: dict[tuple[str, str], int]
    rooms: tuple[Room, ...]


def outlook(contract_id: str, draws: int = DRAWS, *, tell: Callable[[int, int], None] | None = None) -> Outlook:
    """Forecast a contract from the unbroken run of its measured periods; nothing is written.

    Raises ContractError when an outcome has neither a result nor a plan.
    """
    contract = find_contract(contract_id)
    with transaction() as connection:
        found = due(connection, contract)
    lines = found.settlement.lines if found else ()
    steps = found.settlement.steps if found else ()
    results = {(step.period, step.outcome): step.result for step in steps if step.outcome in contract.outcomes}
    lacking = unforeseeable(contract, results)
    if lacking:
        what = f"nothing is measured and nothing planned: {', '.join(lacking)}"
        raise ContractError(what, where=str(find_file(contract_id)), mend="say there what the parties reckon with")
    run = tuple(dict.fromkeys(period for period, _ in results))
    unpaid: dict[tuple[str, str], int] = defaultdict(int)
    for line in found.lines if found else ():
        unpaid[line.payer, line.recipient] += line.amount
    cast = forecast(contract, results, run, draws, tell=tell)
    return Outlook(
        contract, run, cast, {pair: amount for pair, amount in unpaid.items() if amount}, room(contract, lines)
    )
