"""Far: the places on other machines where senders put files. The one room that opens a connection to them.

`MAALBAR_LANDING=sftp://<Airflow connection>/<path>` (`far.sftp`), or any address that fsspec reads, like `s3://bucket/path`
(`far.objects`). Neither the landing room nor the flow knows which: they read the private copy that `landing.fetch` makes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from maalbar.contract import Contract
from maalbar.landing.fetch import Fetched, fetch
from maalbar.landing.listed import Place
from maalbar.settings import settings


def fetch_landing(contract: Contract, now: datetime | None = None) -> Fetched:
    """Fetch what has come whole at the place that MAALBAR_LANDING names; nothing is to be fetched when that is a folder.

    Raises LandingUnreachable (which may be tried again) and SetupError.
    """
    url = settings().landing_url
    if url is None:
        return Fetched()
    with place(url) as there:
        return fetch(contract, there, now)


@contextmanager
def place(url: str) -> Iterator[Place]:
    """The place of an address, connected for the length of a `with`. Raises SetupError when there is no such kind."""
    if url.startswith("sftp://"):
        from maalbar.far.sftp import sftp_place

        with sftp_place(url) as there:
            yield there
        return
    from maalbar.far.objects import ObjectStore

    yield ObjectStore(url)
