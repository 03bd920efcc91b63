"""Run a floe in the process of a job: read the parameters, call the function and report a failure."""

from __future__ import annotations

import inspect
import json
import os
import signal
import stat
import sys
import threading
import traceback
from typing import TYPE_CHECKING, Any

from orionclient.floes._arguments import parse_arguments
from orionclient.floes._declaring import get_floe
from orionclient.floes._loading import load
from orionclient.floes._progress import progress, set_job_folder, write_job_file
from orionclient.session import APISession

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType


def run(target: str, folder: Path) -> int:
    """Run a floe in this process.

    Args:
        target: ``module:function`` or ``path.py:function``.
        folder: Folder of the job, with `parameters.json`; `progress` and `reason` are written there.

    Returns:
        0 if the function returned, else 1, with the traceback on standard error.
    """
    set_job_folder(folder)
    try:
        floe = load(target)
        given = json.loads((folder / "parameters.json").read_text("utf-8"))
        cube: dict[str, Any] = get_floe(floe).specification["cubes"][0]
        arguments = parse_arguments(cube, given, APISession)
        # The function does not take the hardware parameters of its decorator.
        arguments = {name: arguments[name] for name in inspect.signature(floe).parameters if name in arguments}
    except (Exception, SystemExit) as error:  # noqa: BLE001 - any error of the user's file fails the job
        return _report_failure(error, error.__traceback__)
    try:
        floe(**arguments)
    except SystemExit as error:
        if error.code in {None, 0}:
            return _report_success()
        return _report_failure(error, error.__traceback__ and error.__traceback__.tb_next)
    except Exception as error:  # noqa: BLE001 - as above
        # Omit the frame of this function from the traceback.
        return _report_failure(error, error.__traceback__ and error.__traceback__.tb_next)
    return _report_success()


def _report_success() -> int:
    progress(1)
    return 0


def _report_failure(error: BaseException, trace: TracebackType | None) -> int:
    sys.stdout.flush()
    traceback.print_exception(type(error), error, trace)
    # A single line, since reasons are shown in tables and messages.
    write_job_file("reason", " ".join(f"{type(error).__name__}: {error}".split())[:2000])
    return 1


def exit_with_server() -> None:
    """End this process group when the server closes its end of the pipe on standard input."""
    if not os.environ.get("ORION_JOB_ID") or not stat.S_ISFIFO(os.fstat(0).st_mode):
        return
    pipe = os.dup(0)
    # The function and its child processes must not read from the pipe or keep it open.
    with open(os.devnull, "rb") as null_device:  # noqa: PTH123 - a device
        os.dup2(null_device.fileno(), 0)
    threading.Thread(target=_exit_on_eof, args=(pipe,), name="orion-server", daemon=True).start()


def _exit_on_eof(pipe: int) -> None:
    while os.read(pipe, 1):
        pass
    if hasattr(os, "killpg") and os.getpgid(0) == os.getpid():
        os.killpg(0, signal.SIGKILL)
    os._exit(1)
