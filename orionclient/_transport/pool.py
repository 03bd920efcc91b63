"""Connection pools of the process, with TLS and proxy settings; a forked child starts with empty pools."""

from __future__ import annotations

import contextlib
import importlib
import os
import ssl
import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Final

from attrs import evolve

from orionclient._runtime.user_files import expand_home
from orionclient._transport.certificates import ClientCertificate, load_client_certificate
from orionclient._transport.connection import (
    Connection,
    ConnectionProtocol,
    ProxiedConnection,
    RawResponse,
)
from orionclient._transport.idle import IDLE_SECONDS
from orionclient._transport.library import httpcore
from orionclient._transport.proxies import find_proxy
from orionclient._transport.settings import Settings
from orionclient._transport.sockets import Backend, StrictTLS
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from orionclient._transport.proxies import Proxy
    from orionclient._transport.request import PreparedRequest

    Origin = tuple[str, str, int]

__all__ = [
    "REGISTRY",
    "ConnectionPool",
    "Settings",
    "close_connections",
    "find_proxy",
    "list_ca_paths",
    "proxy_arguments",
]

_CA_VARIABLES: Final = ("SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")


class PooledResponse:
    """A response that returns its connection to the pool when it is closed."""

    def __init__(self, inner: RawResponse, on_close: Callable[[], None]) -> None:
        self.status: int = inner.status
        self.headers: list[tuple[bytes, bytes]] = inner.headers
        self._inner = inner
        self._on_close = on_close

    def readinto(self, buffer: memoryview) -> int:
        """Read available bytes; return their count, 0 at the end."""
        return self._inner.readinto(buffer)

    def close(self) -> None:
        """Stop reading and return the connection to the pool."""
        on_close, self._on_close = self._on_close, _ignore_close
        try:
            self._inner.close()
        finally:
            on_close()


def _ignore_close() -> None:
    """Do nothing."""


class ConnectionPool:
    """Pool of connections with the same settings; the most recently used idle connection is checked out first.

    The library's own pool checks every connection for every request: its cost grows with the number of threads, and with a limit below
    that count it opens a connection per request and leaks some. Here a request checks one connection, and there are at most as many
    connections as there were concurrent requests. A `deque` is thread-safe, so there is no lock that a fork could leave locked.
    """

    def __init__(self, make: Callable[[Origin], ConnectionProtocol]) -> None:
        self._make = make
        self._idle: dict[Origin, deque[ConnectionProtocol]] = {}
        self._last_sweep = time.monotonic()
        self._closed = False

    def exchange(self, request: PreparedRequest, content: Iterable[bytes] | None) -> RawResponse:
        """Send a request over an idle or a new connection."""
        origin = request.origin
        idle = self._idle.setdefault(origin, deque())
        connection = self._checkout(idle) or self._make(origin)
        try:
            response = connection.exchange(request, content)
        except BaseException:
            connection.close()
            raise

        def on_close() -> None:
            if connection.is_idle():
                idle.append(connection)
            else:
                connection.close()
            if self._closed:
                self.close()
            self._sweep()

        return PooledResponse(response, on_close)

    @staticmethod
    def _checkout(idle: deque[ConnectionProtocol]) -> ConnectionProtocol | None:
        while True:
            try:
                connection = idle.pop()
            except IndexError:
                return None
            # Also true if the server closed the connection meanwhile.
            if not connection.has_expired():
                return connection
            connection.close()

    def _sweep(self) -> None:
        """Close expired connections, at most once a second."""
        now = time.monotonic()
        if now < self._last_sweep + 1:
            return
        self._last_sweep = now
        for idle in list(self._idle.values()):
            for _ in range(len(idle)):
                try:
                    connection = idle.popleft()
                except IndexError:
                    break
                if connection.has_expired():
                    connection.close()
                else:
                    idle.append(connection)

    def close(self) -> None:
        # A connection that is returned later is closed then.
        self._closed = True
        for idle in list(self._idle.values()):
            with contextlib.suppress(IndexError):
                while True:
                    idle.pop().close()


def list_ca_paths() -> list[tuple[str, str]]:
    """List the files and folders of CA certificates that the environment names.

    Returns:
        Name of the variable, and the path as it was set.
    """
    # OpenSSL accepts several folders in SSL_CERT_DIR, separated as in PATH.
    return [
        (name, path)
        for name in _CA_VARIABLES
        for path in os.environ.get(name, "").split(os.pathsep if name == "SSL_CERT_DIR" else "\0")
        if path
    ]


def _tls_context(ca_file: str | None, *, verify: bool, client: ClientCertificate | None = None) -> ssl.SSLContext:
    context = ssl.create_default_context()
    # Some builds of Python allow older versions by default.
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    # A connection that ends without a TLS close_notify may have been truncated by an attacker (RFC 9112, section 9.8).
    context.options &= ~ssl.OP_IGNORE_UNEXPECTED_EOF
    context.sslobject_class = StrictTLS
    if client is not None:
        load_client_certificate(context, client)
    if not verify:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        return context
    # The common name of a certificate does not identify the host; only subjectAltName does.
    context.hostname_checks_common_name = False
    if not context.cert_store_stats()["x509_ca"]:
        try:
            certifi = importlib.import_module("certifi")
        except ImportError:
            pass
        else:
            context.load_verify_locations(certifi.where())
    for name, path in list_ca_paths():
        _load_certificates(context, path, name)
    if ca_file:
        _load_certificates(context, ca_file, "ca_file of the profile")
    return context


def _load_certificates(context: ssl.SSLContext, path: str, source: str) -> None:
    try:
        expanded = expand_home(path)
        if os.path.isdir(expanded):  # noqa: PTH112 - a setting, not a path of ours
            context.load_verify_locations(capath=expanded)
        else:
            context.load_verify_locations(cafile=expanded)
    except (OSError, ValueError) as error:
        raise ValidationError(f"cannot read certificates from {path!r}, set by {source}: {error}") from None


class _Registry:
    """Connection pools of this process, shared by all its sessions; a forked child starts without pools."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._contexts: dict[object, ssl.SSLContext] = {}
        self._pools: dict[object, ConnectionPool] = {}

    def reset_after_fork(self) -> None:
        # The child's copies of the sockets are closed, including those in use; nothing is sent to the server, and the parent's stay open.
        self.__init__()  # type: ignore[misc]

    def get_tls_context(self, settings: Settings, origin: Origin | None) -> ssl.SSLContext:
        """Return the TLS context for connections to a server; None stands for a proxy."""
        client = settings.client if settings.client is not None and settings.client.origin == origin else None
        key = (settings.verify, settings.ca_file, client, *(os.environ.get(name) for name in _CA_VARIABLES))
        with self._lock:
            if key not in self._contexts:
                self._contexts[key] = _tls_context(settings.ca_file, verify=settings.verify, client=client)
            return self._contexts[key]

    def get_proxy_tls_context(self, proxy: Proxy | None, settings: Settings) -> ssl.SSLContext | None:
        # By default the libraries trust other certificates for the proxy, and each of them different ones.
        secure = proxy is not None and proxy.scheme == "https"
        return self.get_tls_context(evolve(settings, verify=True), None) if secure else None

    def get_pool(self, origin: Origin, settings: Settings) -> ConnectionPool:
        context = self.get_tls_context(settings, origin) if origin[0] == "https" else None
        proxy = find_proxy(origin, settings)
        proxy_context = self.get_proxy_tls_context(proxy, settings)
        key = (id(context), proxy, id(proxy_context))
        with self._lock:
            if key not in self._pools:
                self._pools[key] = ConnectionPool(_connection_factory(proxy, proxy_context, context))
            return self._pools[key]

    def close(self) -> None:
        with self._lock:
            pools = list(self._pools.values())
            self._pools.clear()
        for pool in pools:
            pool.close()


REGISTRY: Final = _Registry()
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=REGISTRY.reset_after_fork)


def close_connections() -> None:
    """Close all idle connections of this process; the next request opens a new one."""
    REGISTRY.close()


def _connection_factory(
    proxy: Proxy | None, proxy_context: ssl.SSLContext | None, context: ssl.SSLContext | None
) -> Callable[[Origin], ConnectionProtocol]:
    if proxy is None:
        return lambda _: Connection(context, Backend())
    if proxy.is_socks:
        from orionclient._transport.socks import SocksBackend  # noqa: PLC0415 - rare

        return lambda _: Connection(context, SocksBackend(proxy))
    pool = httpcore.HTTPProxy(
        **proxy_arguments(proxy, proxy_context), ssl_context=context, keepalive_expiry=IDLE_SECONDS, network_backend=Backend()
    )  # fmt: skip
    return lambda origin: ProxiedConnection(
        pool.create_connection(httpcore.Origin(origin[0].encode(), origin[1].encode(), origin[2]))
    )


def proxy_arguments(proxy: Proxy, context: ssl.SSLContext | None) -> dict[str, Any]:
    """Convert an http or https proxy to arguments of the library."""
    return {
        "proxy_url": httpcore.URL(scheme=proxy.scheme, host=proxy.host, port=proxy.port, target="/"),
        "proxy_auth": proxy.credentials,
        "proxy_ssl_context": context,
    }
