"""Proxy settings: which requests are sent through a proxy, and the parts of its URL."""

from __future__ import annotations

import functools
import importlib
import ipaddress
import re
import urllib.request
from typing import TYPE_CHECKING, Final
from urllib.parse import unquote_to_bytes, urlsplit

from attrs import field, frozen

from orionclient._transport.checks import is_loopback, parse_origin
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    from orionclient._transport.settings import Settings

    Origin = tuple[str, str, int]

# Their hosts follow the rules of http URLs.
_SCHEMES: Final = {"socks5": "http", "socks5h": "http"}
_SOCKS_PORT: Final = 1080
# What ends the user name and password of a URL for one parser or another.
_AMBIGUOUS: Final = re.compile(r"[@/?#\\\s\x00-\x1f\x7f]")
_WITH_PORT: Final = re.compile(r"(.*\]|[^:]*):([0-9]+)")


@frozen
class Proxy:
    """A proxy.

    Attributes:
        scheme: ``http``, ``https``, ``socks5`` (host names are resolved by this machine) or ``socks5h`` (by the proxy).
        host: Host name or IP address of the proxy.
        port: Port of the proxy.
        credentials: User name and password; None if none.
    """

    scheme: str
    host: str
    port: int
    credentials: tuple[bytes, bytes] | None = field(default=None, repr=False)

    @property
    def is_socks(self) -> bool:
        """Whether it is a SOCKS proxy."""
        return self.scheme.startswith("socks")


def find_proxy(origin: Origin, settings: Settings) -> Proxy | None:
    """Find the proxy for requests to a server.

    Args:
        origin: Scheme, host and port of the server.
        settings: Settings of the connection.

    Returns:
        The proxy; None for a direct connection.

    Raises:
        ValidationError: The URL of the proxy is not valid, or it is a SOCKS proxy and the extra `socks` is not installed.
    """
    scheme, host, _port = origin
    if is_loopback(host):
        return None
    if settings.proxy:
        return _parse_proxy(settings.proxy, "the setting proxy")
    environment = urllib.request.getproxies_environment()
    # Without proxy variables, those of the system apply on macOS and Windows.
    proxies = environment or urllib.request.getproxies()
    name = scheme if proxies.get(scheme) else "all"
    if not proxies.get(name) or _is_excluded(origin, environment.get("no", "")):
        return None
    if not environment and urllib.request.proxy_bypass(host):  # pragma: no cover - macOS and Windows
        return None
    return _parse_proxy(proxies[name], f"{name}_proxy of the environment")


@functools.lru_cache(maxsize=256)
def _is_excluded(origin: Origin, no_proxy: str) -> bool:
    """Check whether NO_PROXY lists a server."""
    return any(_matches(origin, entry) for entry in re.split(r"[\s,]+", no_proxy.lower()) if entry)


def _matches(origin: Origin, entry: str) -> bool:
    scheme, host, port = origin
    wanted, _, entry = entry.rpartition("://")
    found = _WITH_PORT.fullmatch(entry)
    name = (found[1] if found else entry).replace("[", "").replace("]", "")
    if wanted not in {"", "all", scheme} or (found and int(found[2]) != port):
        return False
    if name == "*":
        return True
    address = _parse_address(host)
    if address is not None:
        try:
            return address in ipaddress.ip_network(name, strict=False)
        except ValueError:
            return False
    name, host = _encode_name(name.removeprefix("*").strip(".")), host.rstrip(".")
    return bool(name) and (host == name or host.endswith(f".{name}"))


def _parse_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _encode_name(name: str) -> str:
    """Encode an international name, since URLs have its encoded form only."""
    if name.isascii():
        return name
    import idna  # noqa: PLC0415 - rare, and slow to import

    try:
        return idna.encode(name, uts46=True).decode()
    except idna.IDNAError:
        return ""


@functools.lru_cache(maxsize=64)
def _parse_proxy(url: str, source: str) -> Proxy:
    """Parse the URL of a proxy, which may contain a password and is not shown."""
    scheme, found, rest = url.strip().partition("://")
    scheme, rest = (scheme.lower(), rest) if found else ("http", scheme)
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    user, at, where = authority.rpartition("@")
    # A `#` in a password would end the URL before its host, and its beginning would be the host.
    if "@" in rest[len(authority) :] or _AMBIGUOUS.search(user):
        raise ValidationError(
            f"{source} is ambiguous (value hidden): in its user name and password, percent-encode @ / ? # \\ and white space,"
            " for example # as %23"
        )
    try:
        _, host, port = parse_origin(f"{_SCHEMES.get(scheme, scheme)}://{where}")
        explicit = urlsplit(f"//{where}").port
    except ValueError:
        raise ValidationError(f"{source} must be an http, https, socks5 or socks5h URL (value hidden)") from None
    # Values of the environment that are not UTF-8 contain surrogates.
    name, _, password = user.encode("utf-8", "surrogateescape").partition(b":")
    proxy = Proxy(scheme, host, port, (unquote_to_bytes(name), unquote_to_bytes(password)) if at else None)
    if not proxy.is_socks:
        return proxy
    try:
        importlib.import_module("socksio")
    except ImportError:
        raise ValidationError(
            f"{source} is a SOCKS proxy (value hidden), which needs the extra socks:"
            " pip install 'orion-platform-client[socks]'"
        ) from None
    if any(len(value) > 255 for value in proxy.credentials or ()):
        raise ValidationError(
            f"{source} has a user name or password of more than 255 bytes, which SOCKS does not allow"
        )
    return Proxy(scheme, host, explicit or _SOCKS_PORT, proxy.credentials)
