"""Fixtures for tests against an independent S3 server."""

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
    """A new, empty bucket; earlier requests are cleared."""
    made = moto.bucket()
    yield made
    made.client.close()


@pytest.fixture(autouse=True)
def fewer_logs(caplog: pytest.LogCaptureFixture) -> None:
    """Silence the verbose logs of third-party libraries."""
    for name in ("botocore", "boto3", "urllib3", "werkzeug"):
        caplog.set_level(logging.WARNING, logger=name)
