"""Backups: a folder that holds the results database, every stored file it names and what was handed out, and nothing secret."""

from maalbar.backup.content import Manifest
from maalbar.backup.held import discard, newest
from maalbar.backup.making import back_up
from maalbar.backup.restoring import Restored, restore
from maalbar.backup.trying import clear, try_out

__all__ = ["Manifest", "Restored", "back_up", "clear", "discard", "newest", "restore", "try_out"]
