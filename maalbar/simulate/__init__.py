"""The simulator: people who do not exist, delivered in the shapes of the Danish registers.

`world` draws people and what happens to them; `contacts`, `services`, `surveys`, `claims`, `benefits` and
`residence` tell it as registers; `registers` and `files` write each as the contract's `deliveries` section
describes it. The effect is known, and stands in the truth file.
"""

from maalbar.simulate.defects import DEFECTS
from maalbar.simulate.run import SimulationSummary, simulate

__all__ = ["DEFECTS", "SimulationSummary", "simulate"]
