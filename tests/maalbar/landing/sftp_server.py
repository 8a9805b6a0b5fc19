"""A real SFTP server on this machine, with a key of its own, that lets one key in and can be told to break off."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh


class SftpServer:
    """Serves a folder on 127.0.0.1 until `stop`.

    `breaks_after`: bytes after which it drops the connection, once; but not before `has_arrived`, since what is still on its
    way when it does never comes.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.host_key = asyncssh.generate_private_key("ssh-ed25519")
        self.user_key = asyncssh.generate_private_key("ssh-ed25519")
        self.breaks_after: int | None = None
        self.has_arrived: Callable[[], bool] = lambda: True
        self.writes = 0
        self.reads: list[int] = []
        self._loop = asyncio.new_event_loop()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()
        assert self._ready.wait(30)

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._listener = self._loop.run_until_complete(self._listen())
        self.port = self._listener.get_port()
        self._ready.set()
        self._loop.run_forever()

    async def _listen(self) -> Any:
        server = self

        class Folder(asyncssh.SFTPServer):
            def __init__(self, channel: Any) -> None:
                super().__init__(channel, chroot=str(server.root).encode())

            def open(self, path: bytes, pflags: int, attrs: Any) -> object:
                server.writes += bool(pflags & ~asyncssh.FXF_READ)
                return super().open(path, pflags, attrs)

            async def read(self, file: object, offset: int, size: int) -> bytes:
                server.reads.append(offset)
                if server.breaks_after is not None and offset >= server.breaks_after:
                    while not server.has_arrived():
                        await asyncio.sleep(0.01)
                    server.breaks_after = None
                    self.connection.abort()
                return super().read(file, offset, size)  # type: ignore[return-value]

        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[self.host_key],
            authorized_client_keys=asyncssh.import_authorized_keys(self.user_key.export_public_key("openssh").decode()),
            sftp_factory=Folder,
            password_auth=False,
            kbdint_auth=False,
        )

    def stop(self) -> None:
        if not self._thread.is_alive():
            return

        async def close() -> None:
            self._listener.close()
            await self._listener.wait_closed()

        asyncio.run_coroutine_threadsafe(close(), self._loop).result(30)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(30)
