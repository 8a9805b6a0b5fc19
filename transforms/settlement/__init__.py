"""Settlement: from results to who owes whom, exactly. Pure: no tables, no clock, whole øre.

For every followed period in order, each outcome comes to an amount over all periods so far by its terms (`owed`); it is shared
over payers and recipients (`sharing`), held under the caps (`caps`), brought up to the floors (`floors`), and divided into
principal and premium (`components`). What a period gives is the difference from the period before, so a correction of an early
period moves later ones by itself where a cap binds. `course` takes a contract through all of it.

The order of limits is fixed: unit → person → outcome in a budget year → outcome → payer to recipient → payer → return on
capital → contract → floor.
"""

from transforms.settlement.course import Results, settle
from transforms.settlement.given_up import Account, Waiver, given_up
from transforms.settlement.lines import Cell, Key, Line, Settlement, Stage, Step, difference
from transforms.settlement.results import Claim, Interval, Result

__all__ = [
    "Account",
    "Cell",
    "Claim",
    "Interval",
    "Key",
    "Line",
    "Result",
    "Results",
    "Settlement",
    "Stage",
    "Step",
    "Waiver",
    "difference",
    "given_up",
    "settle",
]
