"""Tokens that must never show, the search for them in every form that text takes, and the plugin that searches all output."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from urllib.parse import quote

import pytest

CANARY = "canary+7f3a9c/token=QzX"
CANARIES = {CANARY}


def leaks(text: str) -> bool:
    """Tell whether one of the tokens stands in a text, plain, URL-quoted or in base64."""
    return any(form in text for canary in CANARIES for form in _forms(canary))


def _forms(canary: str) -> set[str]:
    forms = {canary, quote(canary, safe=""), quote(canary)}
    for shift in range(3):
        # Only the middle of the base64 text is the same wherever the token stands in what was encoded.
        encoded = base64.b64encode(b"x" * shift + canary.encode()).decode()
        forms.add(encoded[4:-4])
    return forms


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Fail a test in whose output, log or error a token stands."""
    report = yield
    texts = [content for _, content in report.sections]
    if report.failed:
        texts.append(str(report.longrepr))
    if any(leaks(text) for text in texts):
        report.outcome = "failed"
        report.sections = []
        report.longrepr = f"{item.nodeid}: a token stands in the output of this test (not shown)"
    return report
