"""Handler for billing: the balance of the caller's organization, and the capability that it requires."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._problems import forbidden

if TYPE_CHECKING:
    import sqlite3


def require_cost_accounting(db: sqlite3.Connection, user: int) -> None:
    """Check that a user has the cost accounting capability.

    Raises:
        ProblemError: 403, the user does not have it.
    """
    if not db.execute("SELECT cost_accounting FROM users WHERE id = ?", (user,)).fetchone()[0]:
        raise forbidden(
            "You need the cost accounting capability to see the balance and the costs of your organization."
        )


def get_current_balance(call: Call) -> dict[str, Any]:
    """Return the balance of the organization: the seed's balance minus the charges in the ledger."""
    query = "SELECT * FROM organizations WHERE id = ?"
    changed = "SELECT max(finished) FROM charges WHERE organization = ?"
    with call.stack.store.read_transaction() as db:
        require_cost_accounting(db, call.caller.id)
        row = db.execute(query, (call.caller.organization,)).fetchone()
        ((updated,),) = db.execute(changed, (row["id"],))
    return {
        "organization": row["id"],
        "amount": row["balance"],
        "currency": row["currency"],
        "updated": updated or row["created"],
    }


HANDLERS = {
    "get_current_balance": Handler(get_current_balance),
}
