"""Handler for billing: the balance of the caller's organization."""

from __future__ import annotations

from typing import Any

from orionclient.emulator._http.call import Call, Handler
from orionclient.emulator._problems import forbidden


def get_current_balance(call: Call) -> dict[str, Any]:
    """Return the balance of the organization: the seed's balance minus the charges in the ledger."""
    query = "SELECT cost_accounting, organizations.* FROM users JOIN organizations ON organization = organizations.id WHERE users.id = ?"
    changed = "SELECT max(finished) FROM charges WHERE organization = ?"
    with call.stack.store.read_transaction() as db:
        row = db.execute(query, (call.caller.id,)).fetchone()
        ((updated,),) = db.execute(changed, (row["id"],))
    if not row["cost_accounting"]:
        raise forbidden("You need the cost accounting capability to see the balance of your organization.")
    return {
        "organization": row["id"],
        "amount": row["balance"],
        "currency": row["currency"],
        "updated": updated or row["created"],
    }


HANDLERS = {
    "get_current_balance": Handler(get_current_balance),
}
