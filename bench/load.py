"""A bounded loader for 127.0.0.1: a few keep-alive connections, a fixed time, and it stops by itself.

Requests are prepared bytes and answers are read by their Content-Length, so that the loader takes as
little as possible of the processors that it shares with the server.
"""

from __future__ import annotations

import itertools
import socket
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median, quantiles

CONNECTIONS_MAX = 16
SECONDS_MAX = 60.0


class LoadError(RuntimeError):
    """The server gave an unexpected answer."""


@dataclass
class Run:
    """What one run measured; times in milliseconds."""

    seconds: float = 0.0
    times: list[float] = field(default_factory=list)
    bytes_read: int = 0

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.times) / self.seconds if self.seconds else 0.0

    @property
    def p50(self) -> float:
        """Median time of an answer."""
        return median(self.times) if self.times else 0.0

    @property
    def p95(self) -> float:
        """Time within which 95 % were answered."""
        return quantiles(self.times, n=20)[18] if len(self.times) > 1 else self.p50


class Client:
    """One keep-alive connection."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.left = b""

    def get(self, request: bytes) -> int:
        """Send a prepared request and read the whole answer; returns its size."""
        self.socket.sendall(request)
        data = self.left
        while (end := data.find(b"\r\n\r\n")) < 0:
            data += self._more()
        head = data[:end].lower()
        if not head.startswith(b"http/1.1 200"):
            raise LoadError(f"{request.split(b' ')[1].decode()}: {data[:60]!r}")
        length = int(head.split(b"content-length:")[1].split(b"\r\n")[0])
        total = end + 4 + length
        parts, size = [data], len(data)
        while size < total:
            parts.append(self._more())
            size += len(parts[-1])
        self.left = b"".join(parts)[total:]
        return total

    def _more(self) -> bytes:
        piece = self.socket.recv(65536)
        if not piece:
            raise LoadError("the server closed the connection")
        return piece

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()


def prepared(path: str) -> bytes:
    """A GET request as bytes; `path` is already percent-encoded."""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\nConnection: keep-alive\r\n\r\n".encode()


def run(
    port: int, paths: Sequence[str], *, seconds: float = 5.0, connections: int = 8, limit: int = 1_000_000
) -> Run:
    """Ask for `paths` in turn over `connections`, for `seconds` or until `limit` answers."""
    if connections > CONNECTIONS_MAX or seconds > SECONDS_MAX:
        raise ValueError("the loader is bounded: fewer connections or a shorter time, please")
    requests = [prepared(path) for path in paths]
    turns = itertools.count()
    result, lock, failures = Run(), threading.Lock(), []
    started = time.perf_counter()
    until = started + seconds

    def work() -> None:
        times, size = [], 0
        try:
            client = Client(port)
            while (begun := time.perf_counter()) < until and (turn := next(turns)) < limit:
                size += client.get(requests[turn % len(requests)])
                times.append((time.perf_counter() - begun) * 1000)
            client.close()
        except (OSError, LoadError) as error:
            failures.append(error)
        with lock:
            result.times += times
            result.bytes_read += size

    threads = [threading.Thread(target=work, daemon=True) for _ in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failures:
        raise failures[0]
    result.seconds = time.perf_counter() - started
    return result
