"""Model `ShareTarget`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

import attrs as _attrs

from .. import _wire

if TYPE_CHECKING:
    from .share_target_target_type import ShareTargetTargetType


@_attrs.define(kw_only=True)
class ShareTarget:
    """Target of a share.

    Attributes:
        target_type: Type of the share target.
        target_id: Id of the user, group, project, workspace or organization.
    """

    target_type: ShareTargetTargetType
    target_id: int

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "target_type": self.target_type,
                "target_id": self.target_id,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """
        from .share_target_target_type import ShareTargetTargetType

        read = _wire.Reader("ShareTarget", src_dict)
        return cls(
            target_type=read.read_required("target_type", _wire.enum_of(ShareTargetTargetType)),
            target_id=read.read_required("target_id", _wire.parse_integer),
        )
