"""The process of `ocli emulator start`: a local Orion on a kept folder, until it is told to stop."""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import warnings
from pathlib import Path
from typing import Any, Final

RUNNING_FILE: Final = "running.json"
STOP_FILE: Final = "stop"
_POLL_SECONDS: Final = 0.1


def write(path: Path, data: dict[str, Any]) -> None:
    """Write a file that only the person may read, whole or not at all.

    Args:
        path: The file.
        data: What JSON can hold.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(data, stream)
    temporary.replace(path)


def main(arguments: list[str]) -> None:
    """Serve until a file named `stop` appears in the folder, or a signal comes.

    Args:
        arguments: The folder, the seed, the port and `storage` or nothing.
    """
    folder, seed, port = Path(arguments[0]), arguments[1] or None, int(arguments[2])
    warnings.simplefilter("ignore")
    from orionclient.local import LocalOrion  # noqa: PLC0415 - a missing extra is told below

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: ended.set())
    with LocalOrion(folder / "data", seed=seed, port=port, faults=True, storage=arguments[3:] == ["storage"]) as orion:
        config = orion.config()
        (folder / STOP_FILE).unlink(missing_ok=True)
        write(
            folder / RUNNING_FILE,
            {
                "pid": os.getpid(),
                "url": orion.url,
                "token": config.token,
                "username": config.username,
                "project": config.project,
                "seed": seed,
                "folder": str(folder),
            },
        )
        try:
            while not ended.wait(_POLL_SECONDS) and not (folder / STOP_FILE).exists():
                pass
        finally:
            (folder / RUNNING_FILE).unlink(missing_ok=True)
            (folder / STOP_FILE).unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
