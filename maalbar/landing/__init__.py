"""Landing: where files come from and when they are complete. What is in them is nobody's business here.

listed     what lies in a folder, near or far          looks     what was seen of it before
names      which names are looked at                    complete  which files have come whole
order      the chain of corrections                     arrivals  every whole file of a period, in that order
fetch      copies of what lies on another machine       held      a named person says what a file supersedes
"""

from maalbar.landing.arrival import Arrival
from maalbar.landing.arrivals import Landed, arrivals, landed
from maalbar.landing.order import Taken

__all__ = ["Arrival", "Landed", "Taken", "arrivals", "landed"]
