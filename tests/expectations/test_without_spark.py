"""Great Expectations does not find Spark, whether or not it is there, and the engine still does."""

from __future__ import annotations

import subprocess
import sys

import pytest

from maalbar.settings import PROJECT

SUITES = "import expectations.results as r; print(len(r.effect_estimate_suite().expectations) > 0)"


@pytest.mark.parametrize(
    "program",
    [
        f"{SUITES}; import sys; print('pyspark' in sys.modules)",
        # Spark first: what was imported before is there again afterwards.
        f"import pyspark.sql, sys; kept = sys.modules['pyspark.sql']; {SUITES}; print(sys.modules['pyspark.sql'] is not kept)",
    ],
)
def test_a_program_that_checks_data_goes_on_where_spark_is_installed(program):
    pytest.importorskip("pyspark")
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=PROJECT, check=False)
    assert (run.returncode, run.stdout.split()) == (0, ["True", "False"]), run.stderr
