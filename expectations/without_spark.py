"""Great Expectations, imported as if Spark were not installed.

It looks for Spark wherever it can be found, and `pyspark.sql.connect` ends the whole process, with exit status 0, where grpc
is not there. The suites judge pandas frames and aggregate rows only, so it need not find it; the engine of `sql/` uses Spark
by itself.
"""

import sys

_HIDDEN = ("pyspark", "pyspark.sql", "pyspark.sql.connect")
_kept = {name: sys.modules[name] for name in _HIDDEN if name in sys.modules}
sys.modules.update(dict.fromkeys(_HIDDEN))  # type: ignore[arg-type]
try:
    import great_expectations  # noqa: F401
finally:
    for _name in _HIDDEN:
        sys.modules.pop(_name, None)
    sys.modules.update(_kept)
