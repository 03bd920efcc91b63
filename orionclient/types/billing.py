"""Balance: the account balance of an organization."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Never

from orionclient._resources.convert import identifier, money, string
from orionclient._resources.resource import Declaration, Field, Resource

if TYPE_CHECKING:
    from decimal import Decimal

__all__ = ["Balance"]


class Balance(Resource):
    """Account balance of an organization. It has no id: it cannot be fetched by id, listed, refreshed or linked.

    The name of this class and all of its fields are assumed.

    Example:
        >>> balance = session.get_current_balance()
        >>> balance.amount, balance.currency
        (Decimal('12500.00'), 'USD')
    """

    declaration: ClassVar[Declaration] = Declaration("balance", linkable=False)

    @classmethod
    def _inputs(cls, filters: Never, create: Never, update: Never) -> None: ...

    organization: Field[int] = Field(identifier, "Id of the organization.")
    amount: Field[Decimal] = Field(money, "Remaining amount in units of `currency`; negative if overdrawn.")
    currency: Field[str] = Field(string, "Currency of the amount, ISO 4217 code.")
    updated: Field[str] = Field(string, "When the balance last changed, ISO 8601 in UTC.")

    def _title(self) -> str:
        return type(self).__name__
