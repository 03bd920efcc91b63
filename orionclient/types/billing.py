"""Balance: what an organization has left to spend."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any, ClassVar

from orion_api.api.billing import get_current_balance

from orionclient._resource import Declaration, Field, Resource, identifier, string

if TYPE_CHECKING:
    from orionclient._resource import SessionLike


def parse_money(value: Any) -> Decimal:
    """Read an amount of money; a number is taken by its shortest decimal form.

    Args:
        value: The value on the wire, a text or a number.

    Returns:
        The amount, exact.

    Raises:
        ValueError: It is no amount.
    """
    try:
        amount = Decimal(str(value))
    except InvalidOperation:
        raise ValueError(f"{value!r:.60} is no amount of money") from None
    if not amount.is_finite():
        raise ValueError(f"{value!r:.60} is no amount of money")
    return amount


class Balance(Resource):
    """What an organization has left to spend. It has no id: it cannot be got by one, listed, refreshed or linked.

    The name of this class and all of its fields are assumed.

    Example:
        >>> balance = session.get_current_balance()
        >>> balance.amount, balance.currency
        (Decimal('12500.00'), 'USD')
    """

    declaration: ClassVar[Declaration] = Declaration(
        name="balance", schema="BalanceInfo", id_name="balance_id", linkable=False
    )

    organization: Field[int] = Field(identifier, "Id of the organization.")
    amount: Field[Decimal] = Field(parse_money, "What is left, in units of `currency`; negative where more was spent.")
    currency: Field[str] = Field(string, "Currency of the amount, three letters of ISO 4217.")
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
        AuthorizationRequired: The user may not see it.
    """
    return Balance.from_msg(session._calls.request_json(get_current_balance, {}), session)
