"""The server process of `ocli local start`: serve a local Orion from a folder until it is stopped."""

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
#: Exit code of the process if the data folder cannot be used.
DAMAGED: Final = 9
_POLL_SECONDS: Final = 0.1


def write_json(path: Path, data: dict[str, Any]) -> None:
    """Write a JSON file atomically, readable by the owner only.

    Args:
        path: The file.
        data: The content.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(data, stream)
    temporary.replace(path)


def main(arguments: list[str]) -> None:
    """Serve until a file named `stop` appears in the folder, or SIGTERM or SIGINT is received.

    Args:
        arguments: The folder, and the options of `LocalOrion` as JSON.

    Raises:
        SystemExit: It cannot start. The last line on standard error says why; the code is 9 if the data folder cannot be used.
    """
    folder, options = Path(arguments[0]), json.loads(arguments[1])
    warnings.simplefilter("ignore")
    try:
        _serve(folder, options)
    except Exception as error:
        from orionclient.exceptions import LocalDataError, OrionError, one_line  # noqa: PLC0415

        if not isinstance(error, (ImportError, OrionError, OSError, RuntimeError, ValueError)):
            raise
        message = error._complete_message() if isinstance(error, OrionError) else one_line(str(error))
        sys.stderr.write(f"{message}\n")
        sys.exit(DAMAGED if isinstance(error, LocalDataError) else 1)


def _serve(folder: Path, options: dict[str, Any]) -> None:
    from orionclient.local import LocalOrion  # noqa: PLC0415 - reports a missing extra

    ended = threading.Event()
    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, lambda *_: ended.set())
    with LocalOrion(folder / "data", faults=True, **options) as orion:
        config = orion.config()
        (folder / STOP_FILE).unlink(missing_ok=True)
        write_json(
            folder / RUNNING_FILE,
            {
                "pid": os.getpid(),
                "url": orion.url,
                "token": config.token,
                "username": config.username,
                "project": config.project,
                "seed": options["seed"],
                "options": options,
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
