"""Where the project and the small contract of these tests lie."""

from pathlib import Path

ROOT = Path(__file__).parents[2]
FIXTURE = Path(__file__).parent / "fixture.yaml"
