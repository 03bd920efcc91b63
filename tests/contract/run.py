"""Test the local Orion against the contract with schemathesis: all checks, stateful links, fixed seed."""

from __future__ import annotations

import argparse
import io
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import orion_api.contract

from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, ShardCollection

HERE = Path(__file__).parent


def main() -> int:
    """Run schemathesis; unknown arguments are passed on to it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seed", default="1", help="random seed")
    parser.add_argument("--max-examples", default="40", help="maximum number of examples per operation and phase")
    known, extra = parser.parse_known_args()
    document = Path(orion_api.contract.__file__).with_name("openapi.json")
    # Schemathesis writes files to its working directory.
    with LocalOrion(seed="demo") as orion, tempfile.TemporaryDirectory() as folder:
        _create_items(orion.session())
        done = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli"),
                *("--config-file", str(HERE / "schemathesis.toml")),
                *("run", str(document), "--url", orion.url),
                *("--phases", "examples,coverage,fuzzing,stateful"),
                *("--seed", known.seed, "--max-examples", known.max_examples),
                *("--generation-database", "none", "--no-color", "-H", f"Authorization: Token {orion.token}"),
                *extra,
            ],
            cwd=folder,
            env={**os.environ, "SCHEMATHESIS_HOOKS": str(HERE / "hooks.py")},
            check=False,
        )
        alive = orion.session().is_authenticated()
    print("the local Orion is still running" if alive else "the local Orion no longer responds")
    return done.returncode or (0 if alive else 1)


def _create_items(session: OrionSession) -> None:
    """Create the folder and the items that the hooks put into requests."""
    session.create_paths("/screens")
    for index in range(5):
        File.upload(session, f"file {index}", io.BytesIO(b"CCO ethanol\n"))
        Dataset.create(session, f"dataset {index}")
        ShardCollection.create(session, f"collection {index}")


if __name__ == "__main__":
    sys.exit(main())
