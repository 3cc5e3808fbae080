"""A line between a browser and the server that can be cut and mended, as when the server goes away and comes back."""

from __future__ import annotations

import socket
import threading
from contextlib import suppress


class Line:
    """Forwards TCP from a free port of this machine. While it is cut nobody answers there."""

    def __init__(self, to_port: int) -> None:
        self.to_port = to_port
        self.port = 0
        self._ends: list[socket.socket] = []
        self.mend()

    def mend(self) -> None:
        """Answer (again), at the same port."""
        self._door = socket.socket()
        self._door.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self._door.bind(("127.0.0.1", self.port))
        self._door.listen(64)
        self.port = self._door.getsockname()[1]
        threading.Thread(target=self._answer, args=(self._door,), daemon=True).start()

    def cut(self) -> None:
        """End every connection and refuse new ones."""
        for one in [self._door, *self._ends]:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()
        self._ends.clear()

    def _answer(self, door: socket.socket) -> None:
        with suppress(OSError):
            while True:
                near, _ = door.accept()
                far = socket.create_connection(("127.0.0.1", self.to_port))
                self._ends += [near, far]
                for one, other in ((near, far), (far, near)):
                    threading.Thread(target=_pass_on, args=(one, other), daemon=True).start()


def _pass_on(one: socket.socket, other: socket.socket) -> None:
    with suppress(OSError):
        while chunk := one.recv(1 << 16):
            other.sendall(chunk)
    with suppress(OSError):
        other.shutdown(socket.SHUT_WR)
