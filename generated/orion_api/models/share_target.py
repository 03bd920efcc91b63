"""ShareTarget, an object of the API."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Self

from attrs import define

from .. import _wire

if TYPE_CHECKING:
    from .share_target_target_type import ShareTargetTargetType


@define(kw_only=True)
class ShareTarget:
    """Whom to share a resource with.

    Attributes:
        target_type: Kind of those whom it is shared with.
        target_id: Id of the user, group, project or organization.
    """

    target_type: ShareTargetTargetType
    target_id: int

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
        data: dict[str, Any] = _wire.to_wire(
            {
                "target_type": self.target_type,
                "target_id": self.target_id,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""
        from .share_target_target_type import ShareTargetTargetType

        read = _wire.Reader("ShareTarget", src_dict)
        return cls(
            target_type=read.need("target_type", _wire.member(ShareTargetTargetType)),
            target_id=read.need("target_id", _wire.integer),
        )
