"""Every kind of release. A new one is an entry here, and a word of `maalbar.contract.releasing.Kind`."""

from __future__ import annotations

from collections.abc import Callable

from maalbar.contract.releasing import Kind
from maalbar.flow.outgoing import extract, indigo, yearly
from maalbar.flow.outgoing.material import Asked, Material

GATHER: dict[Kind, Callable[[Asked], Material]] = {
    "extract": extract.gather,
    "indigo": indigo.gather,
    "yearly": yearly.gather,
}
"""Kind → what gathers its figures, and raises ReleaseRefused where there are none to release."""
