"""Model `CompleteUpload`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class CompleteUpload:
    """The expected size and digest of the content.

    Attributes:
        size: Size of the whole content in bytes.
        digest: SHA-256 digest in lower-case hexadecimal of the concatenated raw SHA-256 digests (32 bytes each) of
            the parts, in order.
    """

    size: int
    digest: str

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "size": self.size,
                "digest": self.digest,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("CompleteUpload", src_dict)
        return cls(
            size=read.read_required("size", _wire.parse_integer),
            digest=read.read_required("digest", _wire.parse_string),
        )
