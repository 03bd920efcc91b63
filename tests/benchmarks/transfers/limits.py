"""The limits of the machine: a file copy, plain sockets, and curl as the reference."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from common import MIB, Run, Task, check_status, context, shards


def copy(task: Task) -> Run:
    """Copy the file on the disk, without any network."""

    def run() -> None:
        shutil.copyfile(task["source"], task["target"])

    return run


def _connected(task: Task) -> tuple[socket.socket, str]:
    parts = urlsplit(task["url"])
    raw = socket.create_connection((parts.hostname or "", parts.port or 0))
    secure = parts.scheme == "https"
    return (context(task).wrap_socket(raw, server_hostname=parts.hostname) if secure else raw), parts.path


def socket_down(task: Task) -> Run:
    """Read from a socket into one buffer and write it: a lower bound for any client."""

    def run() -> None:
        stream, path = _connected(task)
        with stream, open(task["target"], "wb", buffering=0) as file:
            stream.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
            buffer = bytearray(MIB)
            view = memoryview(buffer)
            count = stream.recv_into(view)
            body = buffer.index(b"\r\n\r\n") + 4
            file.write(view[body:count])
            while count := stream.recv_into(view):
                file.write(view[:count])

    return run


def socket_up(task: Task) -> Run:
    """Read a file into one buffer and send it."""

    def run() -> None:
        stream, path = _connected(task)
        with stream, open(task["source"], "rb", buffering=0) as file:
            size = os.fstat(file.fileno()).st_size
            head = f"PUT {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n\r\n"
            stream.sendall(head.encode())
            view = memoryview(bytearray(MIB))
            while count := file.readinto(view):
                stream.sendall(view[:count])
            check_status(int(stream.recv(65536).split(b" ", 2)[1]))

    return run


def socket_shards(task: Task) -> Run:
    """Send prepared requests of the shards, over one socket per thread."""
    parts = urlsplit(task["url"])
    local = threading.local()

    def send(method: str, path: str, body: bytes) -> Any:
        if not hasattr(local, "stream"):
            local.stream = socket.create_connection((parts.hostname or "", parts.port or 0))
            local.stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        head = f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n\r\n"
        local.stream.sendall(head.encode() + body)
        response = local.stream.recv(65536)
        return json.loads(response[response.index(b"\r\n\r\n") + 4 :])

    return shards(task, send)


def _curl(task: Task, *options: str) -> Run:
    program = shutil.which("curl")
    if program is None:
        raise SystemExit("curl is not installed")
    command = [program, "-sSf", "--cacert", task["ca"], "-H", "Expect:", *options, task["url"]]

    def run() -> dict[str, float]:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        # The memory of curl is not measured.
        return {"memory": float("nan"), "process": float("nan")}

    return run


def curl_down(task: Task) -> Run:
    """Run curl as a process."""
    return _curl(task, "-o", task["target"])


def curl_up(task: Task) -> Run:
    """Run curl as a process."""
    return _curl(task, "-T", task["source"])


PROGRAMS: Final[dict[str, Callable[[Task], Run]]] = {
    "copy": copy,
    "socket down": socket_down,
    "socket up": socket_up,
    "socket shards": socket_shards,
    "curl down": curl_down,
    "curl up": curl_up,
}
