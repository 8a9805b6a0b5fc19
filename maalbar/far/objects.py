"""An object store, or whatever else fsspec reads. A folder is the part of an object's name before its last `/`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import fsspec

from maalbar.errors import LandingUnreachable, SetupError
from maalbar.landing.listed import CHUNK, Listed

_WHEN = ("LastModified", "last_modified", "mtime", "modified", "updated", "created")
_TAG = ("ETag", "etag", "md5Hash", "content_md5")


class ObjectStore:
    """`Place` over fsspec. Credentials are those of its own configuration (environment, role), never part of the address."""

    def __init__(self, url: str) -> None:
        self.kind = url.partition("://")[0]
        try:
            # Listings that were kept from before would show a file as it was.
            self.files, self.root = fsspec.core.url_to_fs(url, use_listings_cache=False)
        except (ImportError, ValueError) as error:
            what = f"there is nothing here to read {self.kind}:// with ({type(error).__name__})"
            raise SetupError(what, where="MAALBAR_LANDING", mend="install what fsspec needs for it") from None

    def listing(self, contract_id: str, source: str) -> list[Listed]:
        folder = f"{self.root.rstrip('/')}/{contract_id}/{source}"
        with self._reached():
            self.files.invalidate_cache()
            try:
                found = self.files.ls(folder, detail=True)
            except FileNotFoundError:
                return []
        listed = [_listed(one) for one in found if one["name"].rstrip("/").rpartition("/")[2] not in ("", source)]
        return sorted(listed, key=lambda one: one.name)

    def chunks(self, contract_id: str, source: str, name: str, start: int) -> Iterator[bytes]:
        path = f"{self.root.rstrip('/')}/{contract_id}/{source}/{name}"
        with self._reached(), self.files.open(path, "rb") as file:
            file.seek(start)
            while piece := file.read(CHUNK):
                yield piece

    @contextmanager
    def _reached(self) -> Iterator[None]:
        """What goes wrong under way may be mended by waiting; a refused login is not."""
        try:
            yield
        except PermissionError:
            mend = "give this installation the right to read there"
            raise SetupError("may not be read", where=f"{self.kind}:// landing", mend=mend) from None
        except (OSError, TimeoutError) as error:
            what = f"cannot be reached ({type(error).__name__})"
            raise LandingUnreachable(what, where=f"{self.kind}:// landing", mend="try again later") from None


def _listed(one: dict[str, Any]) -> Listed:
    name = one["name"].rstrip("/").rpartition("/")[2]
    if one["type"] != "file":
        return Listed(name, 0, 0.0, "folder")
    when = next((one[key] for key in _WHEN if one.get(key)), None)
    if when is None:
        mend = "choose a store that tells when an object was changed"
        raise SetupError("does not say when its objects were changed", where="MAALBAR_LANDING", mend=mend)
    moment = when.timestamp() if isinstance(when, datetime) else float(when)
    tag = next((str(one[key]) for key in _TAG if one.get(key)), "")
    return Listed(name, int(one["size"]), moment, "file", tag)
