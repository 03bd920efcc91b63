"""Floes written by a user; the tests add this module to the local Orion."""

from __future__ import annotations

import os
from typing import Annotated, Any, Literal

from orionclient.floes import DatasetOut, FileOut, Parameter, floe, progress
from orionclient.session import APISession, in_orion
from orionclient.types import Dataset, File, Secret, ShardCollection


@floe
def report(output: FileOut = "report") -> None:
    """Upload what a job can see of its environment."""
    progress(0.25)
    facts = (in_orion(), os.environ["ORION_JOB_ID"], APISession.get_user_profile().username, APISession.config.project)
    File.upload(APISession, output, repr(facts).encode())


@floe(name="everything", title="All there is", tags=("a", "b"), description="Takes anything.")
def take(
    file: File,
    dataset: Annotated[Dataset | None, Parameter(promoted_name="in", title="Input")] = None,
    *,
    collections: list[ShardCollection] | None = None,
    secret: Secret | None = None,
    text: str = "x",
    number: Annotated[int, Parameter(promoted_name=None, description="counts")] = 3,
    ratio: float = 1,
    flag: bool = False,
    data: dict[str, Any] | None = None,
    rows: list[dict[str, int]] | None = None,
    words: list[str] | None = None,
    level: Literal[1, 2] = 1,
    made: Annotated[DatasetOut, Parameter(title="Made")] = "made",
) -> None:
    """Not shown."""
    print([type(each).__name__ for each in (file, dataset, *(collections or []), secret, ratio)])
    print([file.id, dataset and dataset.name, [each.name for each in collections or []], words, level, made])


@floe
def leave(code: int | None = None, text: str = "") -> None:
    """Exit with `sys.exit`."""
    raise SystemExit(text or code)
