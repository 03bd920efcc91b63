"""What a resource says of its content, compared with what arrived."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import define

from orionclient.exceptions import OrionConnectionError, OrionError

if TYPE_CHECKING:
    from collections.abc import Callable


class UnexpectedContentError(OrionConnectionError):
    """What came is not what was announced, or not what came before; only starting anew can help."""


@define
class Expected:
    """Size and digest that a resource has; the values of one transfer, refreshed at most once.

    Attributes:
        size: Bytes; None where it is not known.
        sha256: SHA-256 digest; None where it is not known.
        refresh: Requests the resource again and returns what it says then; None where that was done or cannot be done.
    """

    size: int | None = None
    sha256: bytes | None = None
    refresh: Callable[[], Expected] | None = None

    def check(self, size: int | None, sha256: bytes | None = None) -> None:
        """Compare with what arrived; on a difference refresh the resource once, for its content may have been replaced.

        Args:
            size: Bytes that arrived; None where that is not known.
            sha256: Their SHA-256 digest; None where it was not computed.

        Raises:
            UnexpectedContentError: It is not the content of the resource.
        """
        problem = self._problem(size, sha256)
        if problem is None:
            return
        if self.refresh is not None:
            refresh, self.refresh = self.refresh, None
            try:
                found = refresh()
            except OrionError as error:
                raise UnexpectedContentError(problem) from error
            self.size, self.sha256 = found.size, found.sha256
            problem = self._problem(size, sha256)
        if problem is not None:
            raise UnexpectedContentError(problem)

    def _problem(self, size: int | None, sha256: bytes | None) -> str | None:
        if None not in {size, self.size} and size != self.size:
            return f"the content did not arrive whole: {size} bytes came, and the resource has {self.size}"
        if sha256 is not None and self.sha256 is not None and sha256 != self.sha256:
            return "the content did not arrive whole: its SHA-256 digest is not that of the resource"
        return None
