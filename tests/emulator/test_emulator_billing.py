"""Tests of the account balance and the cost accounting capability."""

from __future__ import annotations

import re

from orionclient.emulator import Server

BALANCE = "/api/v1/billing/balance/"


def test_the_balance_of_the_demo(ada, grace, rejected):
    balance = ada.get(BALANCE).json()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", balance.pop("updated"))
    assert balance == {"organization": 1, "amount": "12500.00", "currency": "USD"}
    assert grace.get(BALANCE) == rejected(403, "forbidden", "cost accounting")


def test_the_balance_needs_a_token(server, connect, rejected):
    assert connect(server, None).get(BALANCE) == rejected(401, "not_authenticated")


def test_the_first_user_of_a_plain_stack_sees_its_balance(tmp_path, connect):
    with Server(tmp_path / "plain") as server:
        assert connect(server, "admin").get(BALANCE).json()["amount"] == "0.00"


def test_the_capability_can_be_taken_away(fresh, connect, rejected):
    ada = connect(fresh)
    assert ada.get(BALANCE).status_code == 200
    with fresh._require().stack.store.write_transaction() as db:
        db.execute("UPDATE users SET cost_accounting = 0")
        db.execute("UPDATE organizations SET balance = '-0.01'")
    assert ada.get(BALANCE) == rejected(403, "forbidden")
