"""Servers that nobody here wrote."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
from referees_moto import Bucket, Moto


@pytest.fixture(scope="session")
def moto() -> Iterator[Moto]:
    """An S3 server on this machine."""
    with Moto() as server:
        yield server


@pytest.fixture
def bucket(moto: Moto) -> Iterator[Bucket]:
    """An empty bucket of this test alone; what was asked before is forgotten."""
    made = moto.bucket()
    yield made
    made.client.close()


@pytest.fixture(autouse=True)
def fewer_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Leave out what other people's libraries log by the page."""
    for name in ("botocore", "boto3", "urllib3", "werkzeug"):
        caplog.set_level(logging.WARNING, logger=name)
