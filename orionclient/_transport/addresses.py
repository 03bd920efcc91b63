"""Resolves host names within a deadline, and chooses the order of their addresses."""

from __future__ import annotations

import ipaddress
import math
import os
import socket
import threading
from typing import TYPE_CHECKING, Final

from orionclient._runtime.cancellation import POLL_INTERVAL, raise_if_cancelled
from orionclient._runtime.clock import CLOCK
from orionclient._transport.library import httpcore

if TYPE_CHECKING:
    from collections.abc import Iterator

_NUMERIC: Final = socket.NI_NUMERICHOST | socket.NI_NUMERICSERV
# Maximum number of threads that resolve host names.
_MAX_LOOKUPS: Final = 64
# Seconds for each address of a host, in rounds: most servers respond to the first packet at once, others get more time later.
_ROUNDS: Final = (0.3, 1.0, math.inf)


class Lookup:
    """Resolution of one host name, shared by all calls that wait for it.

    The function of the system cannot be interrupted, so a daemon thread runs it. The thread may outlive the call, and the interpreter does
    not wait for it when it exits.
    """

    def __init__(self, host: str, port: int) -> None:
        self.host = host
        self.done = threading.Event()
        self._port = port
        self._found: list[str] = []
        self._error: Exception | None = None

    def run(self) -> None:
        """Resolve the name, in this thread."""
        try:
            found = socket.getaddrinfo(self.host, self._port, type=socket.SOCK_STREAM)
            self._found = [socket.getnameinfo(each[4], _NUMERIC)[0] for each in found]
        except Exception as error:  # noqa: BLE001 - raised in the thread of the call
            self._error = error
        finally:
            _RUNNING.pop((self.host, self._port), None)
            self.done.set()

    def addresses(self) -> list[str]:
        """Return the addresses."""
        if isinstance(self._error, OSError | UnicodeError):
            raise httpcore.ConnectError(str(self._error)) from self._error
        if self._error is not None:
            raise self._error
        return self._found

    def late(self) -> httpcore.ConnectTimeout:
        """Return the error for a lookup that exceeds the deadline."""
        return httpcore.ConnectTimeout(f"resolving {self.host} exceeded the deadline")


# By host and port.
_RUNNING: Final[dict[tuple[str, int], Lookup]] = {}
# Address that connected after another one had failed, by host and port.
_PREFERRED: Final[dict[tuple[str, int], str]] = {}
if hasattr(os, "register_at_fork"):
    # The threads do not exist in a forked child.
    os.register_at_fork(after_in_child=_RUNNING.clear)


def start_lookup(host: str, port: int) -> Lookup:
    """Start to resolve a host name, or join a lookup that is running; an IP address needs no thread.

    Args:
        host: Host name or IP address.
        port: Port.

    Returns:
        The lookup, which may be done already.
    """
    lookup = Lookup(host, port)
    try:
        ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        lookup.run()
        return lookup
    if len(_RUNNING) >= _MAX_LOOKUPS and (host, port) not in _RUNNING:
        raise httpcore.ConnectError(f"cannot resolve {host}: {_MAX_LOOKUPS} other host names are still being resolved")
    # One atomic step, so there is no lock that a fork could leave locked.
    running = _RUNNING.setdefault((host, port), lookup)
    if running is lookup:
        try:
            threading.Thread(target=lookup.run, name=f"resolve {host}", daemon=True).start()
        except RuntimeError:
            # No thread can be started, for example while the interpreter exits.
            lookup.run()
    return running


def resolve(host: str, port: int, seconds: float) -> list[str]:
    """Resolve a host name.

    Args:
        host: Host name or IP address.
        port: Port.
        seconds: Maximum duration.

    Returns:
        Numeric addresses, in the order of the system.
    """
    lookup, end = start_lookup(host, port), CLOCK.monotonic() + seconds
    while not lookup.done.wait(min(max(end - CLOCK.monotonic(), 0.0), POLL_INTERVAL)):
        raise_if_cancelled()
        if CLOCK.monotonic() >= end:
            raise lookup.late()
    return lookup.addresses()


class Attempts:
    """Attempts to connect to a host, as pairs of address and seconds; iterate once.

    A silent address does not use up the time of the others, and the address that connected is tried first next time.

    Args:
        host: Host name.
        port: Port.
        addresses: Addresses of the host.
        seconds: Maximum duration of all attempts.
    """

    def __init__(self, host: str, port: int, addresses: list[str], seconds: float) -> None:
        self._key = (host, port)
        self._end = CLOCK.monotonic() + seconds
        preferred = _PREFERRED.get(self._key)
        self._left = sorted(addresses, key=lambda address: address != preferred)
        self._failed = False

    def __iter__(self) -> Iterator[tuple[str, float]]:
        for limit in _ROUNDS:
            tried = list(self._left)
            for index, address in enumerate(tried):
                left = self._end - CLOCK.monotonic()
                if left <= 0 and self._failed:
                    return
                share = max(left, 0.001) / (len(tried) - index)
                yield address, share if len(self._left) == 1 else min(share, limit)
                self._failed = True

    def reject(self, address: str) -> None:
        """Do not try an address again, since it rejected the connection."""
        self._left.remove(address)

    def accept(self, address: str) -> None:
        """Remember the address that connected, if another one failed before."""
        if self._failed:
            _PREFERRED[self._key] = address
