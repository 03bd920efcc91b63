"""Balance: the account balance of an organization."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar, Never

from orion_api.api.billing import get_current_balance

from orionclient._resources.resource import Declaration, Field, Resource, identifier, string

if TYPE_CHECKING:
    from orionclient._resources.resource import SessionLike


def parse_money(value: Any) -> Decimal:
    """Parse an amount of money. A JSON number is converted through its shortest decimal representation.

    Args:
        value: The JSON value, a string or a number.

    Returns:
        The exact amount.

    Raises:
        ValueError: The value is not an amount.
    """
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r:.60} is not an amount of money") from None
    if not amount.is_finite():
        raise ValueError(f"{value!r:.60} is not an amount of money")
    return amount


class Balance(Resource):
    """Account balance of an organization. It has no id: it cannot be fetched by id, listed, refreshed or linked.

    The name of this class and all of its fields are assumed.

    Example:
        >>> balance = session.get_current_balance()
        >>> balance.amount, balance.currency
        (Decimal('12500.00'), 'USD')
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="balance", schema="BalanceInfo", id_name="balance_id", linkable=False
    )

    @classmethod
    def _inputs(cls, filters: Never, create: Never, update: Never) -> None: ...

    organization: Field[int] = Field(identifier, "Id of the organization.")
    amount: Field[Decimal] = Field(parse_money, "Remaining amount in units of `currency`; negative if overdrawn.")
    currency: Field[str] = Field(string, "Currency of the amount, ISO 4217 code.")
    updated: Field[str] = Field(string, "When the balance last changed, ISO 8601 in UTC.")

    def _title(self) -> str:
        return type(self).__name__


def get_balance(session: SessionLike) -> Balance:
    """Get the balance of the user's organization.

    Args:
        session: The session.

    Returns:
        The balance.

    Raises:
        AuthorizationRequired: The user has no permission to see it.
    """
    return Balance.from_msg(session._calls.request_json(get_current_balance, {}), session)
