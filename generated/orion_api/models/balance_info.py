"""BalanceInfo, an object of the API."""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from typing import Any, Self

from attrs import define, field

from .. import _wire


@define(kw_only=True)
class BalanceInfo:
    """What an organization has left to spend.

    Attributes:
        organization: Id of the organization.
        amount: What is left, in units of `currency`; negative where more was spent. A decimal number in a text: a
            JSON number becomes a binary fraction in most programs, and sums of money would be off by parts of a
            cent.
        currency: Currency of the amount, three letters of ISO 4217, for example `USD`.
        updated: When the balance last changed, ISO 8601 in UTC.
        additional_properties: Fields that the contract does not know.
    """

    organization: int
    amount: str
    currency: str
    updated: datetime.datetime
    additional_properties: dict[str, Any] = field(factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return the object as JSON data; what is UNSET is left out."""
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
        """Read the object from JSON data; `errors.UnexpectedBody` names the field that is not as expected."""

        read = _wire.Reader("BalanceInfo", src_dict)
        return cls(
            organization=read.need("organization", _wire.integer),
            amount=read.need("amount", _wire.text),
            currency=read.need("currency", _wire.text),
            updated=read.need("updated", _wire.timestamp),
            additional_properties=read.rest(),
        )
