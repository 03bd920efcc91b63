"""Clients that send the generated operations without an `OrionSession`."""

from __future__ import annotations

import copy
import os
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from . import _runtime
from .errors import UnexpectedBody, UnexpectedStatus
from .types import AsyncRawResponse, RawResponse, Request

if TYPE_CHECKING:
    import ssl


class Client:
    """Client that sends requests without a token.

    Thread-safe. Use it as a context manager, or call `close`.

    Args:
        base_url: Base URL of the Orion stack.
        timeout: Timeout in seconds for connecting, and for each read and write; None disables it. Defaults to 60.
        verify_ssl: True to verify certificates, False to skip verification, the path of a CA file or directory, or an
            SSL context. Defaults to True.
    """

    def __init__(
        self,
        base_url: str,
        *,
        timeout: float | None = 60.0,
        verify_ssl: bool | str | os.PathLike[str] | ssl.SSLContext = True,
    ) -> None:
        parts = urlsplit(base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise ValueError("base_url must start with http:// or https:// and include a host")
        if parts.username or parts.password or parts.query or parts.fragment:
            raise ValueError("base_url must not contain a user name, password, query or fragment")
        self.base_url: str = base_url.rstrip("/")
        self.timeout: float | None = timeout
        self._connections = _runtime.Connections(verify_ssl)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self.base_url!r}, timeout={self.timeout!r})"

    def with_timeout(self, timeout: float | None) -> Self:
        """Return a copy of the client with another timeout, on the same connections."""
        other = copy.copy(self)
        other.timeout = timeout
        return other

    def send(self, request: Request) -> RawResponse:
        """Send a request and return the open response, whatever its status. Redirects are not followed."""
        return _runtime.send(self._connections, self.base_url, self._authorization(), self.timeout, request)

    async def asend(self, request: Request) -> AsyncRawResponse:
        """Asynchronous version of `send`."""
        return await _runtime.asend(self._connections, self.base_url, self._authorization(), self.timeout, request)

    def error(self, error: UnexpectedStatus | UnexpectedBody, response: Any) -> Exception:
        """Return the exception to raise for a failed response: the error itself."""
        return error

    def close(self) -> None:
        """Close the connections; the next request opens new ones."""
        self._connections.close()

    async def aclose(self) -> None:
        """Close the connections of the running event loop."""
        await self._connections.aclose()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None, /
    ) -> None:
        await self.aclose()

    def _authorization(self) -> str | None:
        return None


class AuthenticatedClient(Client):
    """Client that sends a token, only to the origin (scheme, host and port) of `base_url`.

    Args:
        base_url: Base URL of the Orion stack.
        token: The API token; redacted in `repr` and errors.
        prefix: Prefix of the token in the Authorization header. Defaults to `Token`.
        timeout: Timeout in seconds for connecting, and for each read and write; None disables it. Defaults to 60.
        verify_ssl: True to verify certificates, False to skip verification, the path of a CA file or directory, or an
            SSL context. Defaults to True.
    """

    def __init__(
        self,
        base_url: str,
        token: str,
        *,
        prefix: str = "Token",
        timeout: float | None = 60.0,
        verify_ssl: bool | str | os.PathLike[str] | ssl.SSLContext = True,
    ) -> None:
        super().__init__(base_url, timeout=timeout, verify_ssl=verify_ssl)
        self._token = token
        self._prefix = prefix

    def _authorization(self) -> str | None:
        return f"{self._prefix} {self._token}" if self._prefix else self._token
