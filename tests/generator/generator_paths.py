"""Paths of the project and of the contract of these tests."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURE = Path(__file__).parent / "fixture.yaml"
