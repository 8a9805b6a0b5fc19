"""What the registers send goes through: no delivery of a shipped contract is stopped for what it looks like."""

from __future__ import annotations

import pytest

from maalbar.contract import load_contract
from maalbar.settings import PROJECT
from maalbar.simulate.run import simulate
from transforms.formats import open_cells
from transforms.gate import Scan


@pytest.mark.parametrize("file", sorted((PROJECT / "investments").glob("*.yaml")), ids=lambda file: file.stem)
def test_every_simulated_delivery_goes_through_the_gate(file, tmp_path):
    contract = load_contract(file)
    simulate(
        contract, tmp_path / "out", people=200, effect={}, seed=1, periods=[contract.calendar.periods[0].id], defects=[]
    )
    files = sorted((tmp_path / "out").rglob("*.csv"))
    assert files
    for path in files:
        source = next(source for source in contract.deliveries if path.name.startswith(f"{source}__"))
        cells = open_cells(path, contract.deliveries[source], path.name)
        scan = Scan(path.name, cells.header, contract.deliveries[source])
        row = 1
        for batch in cells.batches:
            scan.see(batch, row)
            row += len(batch)
        assert scan.finds == (), path.name
