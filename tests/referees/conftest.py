"""Servers that nobody here wrote."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from referees_moto import Bucket, Moto


@pytest.fixture(scope="session")
def moto() -> Iterator[Moto]:
    """An S3 server on this machine."""
    with Moto() as server:
        yield server


@pytest.fixture
def bucket(moto: Moto) -> Bucket:
    """An empty bucket of this test alone; what was asked before is forgotten."""
    return moto.bucket()
