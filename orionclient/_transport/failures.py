"""Maps exceptions of HTTP libraries and of the operating system to failures of an attempt."""

from __future__ import annotations

import ssl
import sys
import traceback
from typing import TYPE_CHECKING, Final

from orionclient._transport.decompression import DecompressionError, TruncatedBodyError
from orionclient._transport.heads import MAX_HEAD_SIZE
from orionclient._transport.response import Failure
from orionclient.exceptions import OrionConnectionError, OrionError, OrionTimeout

if TYPE_CHECKING:
    from collections.abc import Iterator

    from orionclient._transport.response import FailureKind


def _iter_chain(error: BaseException | None, outer: BaseException | None) -> Iterator[BaseException]:
    """Iterate over an error and its causes, up to the exception that the caller was handling already."""
    # A transport of the caller may chain an error to itself.
    seen = {id(outer)}
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or error.__context__


def _find_tls_error(error: BaseException, outer: BaseException | None) -> str | None:
    for chain in _iter_chain(error, outer):
        if isinstance(chain, ssl.SSLCertVerificationError):
            return f"the certificate of the server is not trusted: {getattr(chain, 'verify_message', chain)}"
        if isinstance(chain, ssl.SSLError) and chain.reason in _PERMANENT_TLS_ERRORS:
            return f"TLS handshake failed: {chain}"
    return None


def to_failure(error: BaseException, outer: BaseException | None) -> Failure:
    """Convert an error of the library to a failure, by whether the server may have received the request.

    `outer` is the exception that the caller was handling when it sent the request; Python chains it behind every other one.
    """
    if isinstance(error, DecompressionError):
        return Failure("lost" if isinstance(error, TruncatedBodyError) else "protocol", str(error), error)
    # The library raises ConnectError for every handshake error. TLS errors after the handshake mean that the request may have been sent.
    handshake = isinstance(error, ssl.SSLCertVerificationError) or "ConnectError" in _names(error)
    if handshake and (secure := _find_tls_error(error, outer)):
        return Failure("tls", secure, error)
    return _to_library_failure(error)


def clear_frames(error: BaseException, outer: BaseException | None) -> None:
    """Clear the library's frames: they hold the request head, which a traceback with local variables would show."""
    for chain in _iter_chain(error, outer):
        traceback.clear_frames(chain.__traceback__)


def _names(error: BaseException) -> list[str]:
    return [each.__name__ for each in type(error).__mro__]


def _to_library_failure(error: BaseException) -> Failure:
    message = str(error) or type(error).__name__
    names = _names(error)
    if "RemoteProtocolError" in names and "disconnected" not in message and "closed connection" not in message:
        # After the colon the library quotes the line, which may contain the token if the server echoes it. For the same reason there is
        # no cause.
        reason = message.partition(":")[0]
        return Failure("protocol", f"the response is not valid HTTP: {_PROTOCOL_REASONS.get(reason, reason)}")
    kind, template = next((_FAILURE_KINDS[name] for name in names if name in _FAILURE_KINDS), _LOST)
    return Failure(kind, template.format(message), None if "LocalProtocolError" in names else error)


# Messages of h11, up to the colon, that do not say what the server sent.
_PROTOCOL_REASONS: Final = {
    "Receive buffer too long": f"its head exceeds {MAX_HEAD_SIZE >> 10} KiB",
    "Only Transfer-Encoding": "its Transfer-Encoding is not supported, only chunked is",
}
_UNREACHABLE: Final[tuple[FailureKind, str]] = ("connect", "cannot connect to the server: {}")
_LOST: Final[tuple[FailureKind, str]] = ("lost", "connection lost: {}")
# By the name of the exception or of its base class: both libraries use the same names. Other transports may raise those of the system.
_FAILURE_KINDS: Final[dict[str, tuple[FailureKind, str]]] = {
    **dict.fromkeys(
        ("ConnectError", "ConnectTimeout", "PoolTimeout", "UnsupportedProtocol", "ConnectionRefusedError", "gaierror"),
        _UNREACHABLE,
    ),
    **dict.fromkeys(("TimeoutException", "TimeoutError"), ("timeout", "no response within the timeout")),
    "StalledError": ("timeout", "{}"),
    "ProxyError": ("proxy", "the proxy rejected the connection: {}"),
    "DecodingError": ("lost", "incomplete response: its compressed body is damaged"),
    # The message of the library may quote a header, so it is neither shown nor set as the cause.
    "LocalProtocolError": ("protocol", "the request is not valid HTTP"),
}
# Permanent errors, which a retry would not fix; other handshake errors count as a lost connection.
_PERMANENT_TLS_ERRORS: Final = frozenset({
    "CA_MD_TOO_WEAK", "CERTIFICATE_VERIFY_FAILED", "DH_KEY_TOO_SMALL", "EE_KEY_TOO_SMALL", "NO_PROTOCOLS_AVAILABLE",
    "SSLV3_ALERT_HANDSHAKE_FAILURE", "TLSV1_ALERT_PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "WRONG_VERSION_NUMBER",
})  # fmt: skip
_LIBRARIES: Final = ("httpcore", "httpx", "httpcore2", "httpx2")
_BASES: Final = ("HTTPError", "NetworkError", "TimeoutException", "ProtocolError", "ProxyError", "UnsupportedProtocol")


def transport_errors() -> tuple[type[BaseException], ...]:
    """List the exceptions that count as failures; all others, for example of a transport of the caller, are raised unchanged.

    Returns:
        Exceptions of the loaded HTTP libraries, of the operating system and of decompression.
    """
    loaded = [sys.modules[name] for name in _LIBRARIES if name in sys.modules]
    found = [getattr(library, name) for library in loaded for name in _BASES if hasattr(library, name)]
    return (*found, OSError, DecompressionError)


def make_body_error(error: BaseException) -> OrionError:
    """Create the error for a body that cannot be read; called outside of `except`, so that `sys.exc_info` is the caller's exception."""
    outer = sys.exc_info()[1]
    clear_frames(error, outer)
    failure = to_failure(error, outer)
    result = OrionTimeout(failure.message) if failure.kind == "timeout" else OrionConnectionError(failure.message)
    result.__cause__ = failure.cause
    return result
