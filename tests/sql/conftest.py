"""A Spark for small tables: thousands of queries of a few rows are over before Java's second compiler would pay."""

from __future__ import annotations

import os

os.environ.setdefault("SPARK_SUBMIT_OPTS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")
