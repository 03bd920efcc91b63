"""Model `BalanceInfo`."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

import attrs as _attrs

from .. import _wire


@_attrs.define(kw_only=True)
class BalanceInfo:
    """Balance of an organization.

    Attributes:
        organization: Id of the organization.
        amount: Remaining balance in units of `currency`; negative if overspent. A decimal number encoded as a
            string, because a JSON number is read as a binary float by most clients, which rounds amounts of
            money.
        currency: Currency of the amount as an ISO 4217 code, for example `USD`.
        updated: Time of the last change of the balance, ISO 8601 in UTC.
        additional_properties: Fields that are not in the contract.
    """

    organization: int
    amount: str
    currency: str
    updated: datetime.datetime
    additional_properties: dict[str, Any] = _attrs.field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Convert the object to a JSON-serializable dict; UNSET fields are omitted."""
        data: dict[str, Any] = _wire.to_wire(
            {
                **self.additional_properties,
                "organization": self.organization,
                "amount": self.amount,
                "currency": self.currency,
                "updated": self.updated,
            }
        )
        return data

    @classmethod
    def from_dict(cls, src_dict: Mapping[str, Any]) -> Self:
        """Create the object from JSON data.

        Raises:
            UnexpectedBody: If a field is missing or has another type; the reason names the field.
        """

        read = _wire.Reader("BalanceInfo", src_dict)
        return cls(
            organization=read.read_required("organization", _wire.parse_integer),
            amount=read.read_required("amount", _wire.parse_string),
            currency=read.read_required("currency", _wire.parse_string),
            updated=read.read_required("updated", _wire.parse_datetime),
            additional_properties=read.get_unknown_fields(),
        )
