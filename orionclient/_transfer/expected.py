"""Compare received content with the size and digest of its resource."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

from orionclient.exceptions import OrionConnectionError, OrionError

if TYPE_CHECKING:
    from collections.abc import Callable


class UnexpectedContentError(OrionConnectionError):
    """The received content differs from the announced or the earlier one; the download cannot be resumed, only restarted."""


@define
class Expected:
    """Expected size and digest of the content of a resource, refreshed at most once per transfer.

    Attributes:
        size: Size in bytes; None if it is unknown.
        sha256: SHA-256 digest; None if it is unknown.
        refresh: Reloads the resource and returns its current values; None if that was already done or is not possible.
    """

    size: int | None = None
    sha256: bytes | None = None
    refresh: Callable[[], Expected] | None = None

    def check(self, size: int | None, sha256: bytes | None = None) -> None:
        """Compare with the received content. On a mismatch, refresh the resource once: its content may have been replaced.

        Args:
            size: Number of received bytes; None if it is unknown.
            sha256: SHA-256 digest of the received bytes; None if it was not computed.

        Raises:
            UnexpectedContentError: The content is not that of the resource.
        """
        problem = self._find_mismatch(size, sha256)
        if problem is None:
            return
        if self.refresh is not None:
            refresh, self.refresh = self.refresh, None
            try:
                found = refresh()
            except OrionError as error:
                raise UnexpectedContentError(problem) from error
            self.size, self.sha256 = found.size, found.sha256
            problem = self._find_mismatch(size, sha256)
        if problem is not None:
            raise UnexpectedContentError(problem)

    def _find_mismatch(self, size: int | None, sha256: bytes | None) -> str | None:
        if None not in {size, self.size} and size != self.size:
            return f"unexpected content: received {size} bytes, the resource has {self.size}"
        if sha256 is not None and self.sha256 is not None and sha256 != self.sha256:
            return "corrupted content: its SHA-256 digest does not match the resource"
        return None
