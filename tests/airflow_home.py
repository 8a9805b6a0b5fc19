"""A throw-away Airflow for tests that import it: it reads its settings once, so they stand before the first import."""

from __future__ import annotations

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

from maalbar.settings import PROJECT

AIRFLOW_HOME = Path(tempfile.mkdtemp(prefix="maalbar-airflow-"))
atexit.register(shutil.rmtree, AIRFLOW_HOME, ignore_errors=True)

assert "airflow" not in sys.modules, "Airflow was imported before its test settings stood"
for name in [name for name in os.environ if name.startswith("AIRFLOW")]:
    del os.environ[name]
os.environ |= {
    "AIRFLOW_HOME": str(AIRFLOW_HOME),
    "AIRFLOW__CORE__DAGS_FOLDER": str(PROJECT / "dags"),
    "AIRFLOW__CORE__PLUGINS_FOLDER": str(PROJECT / "plugins"),
    "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
}
# Contracts that a demonstration has left in the working folder are none of these tests' business.
os.environ.setdefault("MAALBAR_HOME", str(AIRFLOW_HOME / "maalbar"))
sys.path += [str(PROJECT / "plugins"), str(PROJECT / "dags")]  # as Airflow does before it reads a DAG
