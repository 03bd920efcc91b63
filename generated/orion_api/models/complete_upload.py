"""CompleteUpload, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import define

from .. import _wire


@define(kw_only=True)
class CompleteUpload:
    """What the parts must be together.

    Attributes:
        size: Length of the whole content in bytes.
        digest: SHA-256 digest in lower-case hexadecimal over the raw SHA-256 digests (32 bytes each) of the parts
            in order.
    """

    size: int
    digest: str

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "size": self.size,
                "digest": self.digest,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("CompleteUpload", src_dict)
        return cls(
            size=read.need("size", _wire.integer),
            digest=read.need("digest", _wire.text),
        )
