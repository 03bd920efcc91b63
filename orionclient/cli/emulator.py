"""`ocli emulator`: a kept local Orion in a process of its own, and the profile `local` that leads to it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess  # nosec B404 - starts our own module
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient.cli.commands import Command, CommandGroup
from orionclient.cli.config import report_saved
from orionclient.cli.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli.contract_options import JsonParameter
from orionclient.cli.root import GROUPS
from orionclient.cli.server_process import RUNNING_FILE, STOP_FILE
from orionclient.cli.state import get_state
from orionclient.config import SessionConfig, get_config_path, remove_profile
from orionclient.exceptions import NoResultFound, OrionError, ValidationError, error_for
from orionclient.transfer.names import check_path

if TYPE_CHECKING:
    from orionclient.session import OrionSession

_PROFILE: Final = "local"
_START_SECONDS, _STOP_SECONDS, _LOOK_SECONDS = 60.0, 30.0, 0.05
_STATUS: Final = {
    "type": "object",
    "required": ["running", "folder"],
    "properties": {
        "running": {"type": "boolean"},
        "folder": {"type": "string"},
        "url": {"type": "string"},
        "pid": {"type": "integer"},
    },
}
_SEED_OPTION: Final = {
    "type": "object",
    "required": ["file", "dataset", "collection"],
    "properties": {name: {"type": "integer"} for name in ("file", "dataset", "collection")},
}
_FAULTS: Final = {"type": "object", "required": ["consumed", "scripts", "applied"]}


def group(name: str) -> click.Group:
    """Make the group.

    Args:
        name: Its name.

    Returns:
        The group.
    """
    return CommandGroup(name, [_start(), _stop(), _status(), _reset(), _seed(), _faults()], help=GROUPS[name][1])


def _folder_option() -> click.Option:
    return click.Option(
        ["--folder"], type=click.Path(), help="Folder with its data; beside the file of the profiles without it."
    )


def _folder(given: str | None) -> Path:
    return Path(check_path(given)).absolute() if given is not None else get_config_path().absolute().parent / "local"


def _read_running(folder: Path) -> dict[str, Any] | None:
    """Find the local Orion of a folder; what a killed one left is no sign of it."""
    try:
        found: dict[str, Any] = json.loads((folder / RUNNING_FILE).read_text("utf-8"))
        return found if _session(found).is_authenticated() else None
    except (FileNotFoundError, ValueError, KeyError, OrionError):
        return None


def _session(found: dict[str, Any]) -> OrionSession:
    from orionclient._http_session import HttpSession  # noqa: PLC0415
    from orionclient._retry import interactive_policy  # noqa: PLC0415
    from orionclient.session import OrionSession  # noqa: PLC0415

    config = SessionConfig(found["url"], found["token"], username=found["username"], project=found["project"])
    return OrionSession(config, requests_session=HttpSession(interactive_policy(5.0, 0)))


def _require_extra(folder: Path) -> dict[str, Any]:
    found = _read_running(folder)
    if found is None:
        raise NoResultFound(f"no local Orion runs on {folder}; start one with: ocli emulator start")
    return found


def _show_status(folder: Path, found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {"running": False, "folder": str(folder)}
    return {
        "running": True,
        "folder": str(folder),
        "profile": _PROFILE,
        **{key: found[key] for key in ("url", "pid", "username", "project", "seed")},
    }


def _launch(folder: Path, seed: str, port: int, storage: bool) -> dict[str, Any]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (RUNNING_FILE, STOP_FILE):
        (folder / name).unlink(missing_ok=True)
    log = folder / "log"
    command = [
        sys.executable,
        "-m",
        "orionclient.cli.server_process",
        str(folder),
        seed,
        str(port),
        *(["storage"] if storage else []),
    ]
    with log.open("wb") as stream:
        # It outlives this process, and Ctrl-C at this terminal is not meant for it.
        process = subprocess.Popen(  # noqa: S603  # nosec B603 - our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            cwd=folder,
            env=_environment(),
        )
    end = time.monotonic() + _START_SECONDS
    while not (folder / RUNNING_FILE).exists():
        if process.poll() is not None:
            lines = log.read_text("utf-8", "replace").strip().splitlines()
            raise OrionError(f"the local Orion did not start: {lines[-1] if lines else 'it says nothing'}")
        if time.monotonic() > end:
            process.kill()
            raise OrionError(f"the local Orion did not start in {_START_SECONDS:g} s; see {log}")
        time.sleep(_LOOK_SECONDS)
    # The child is left to run; without this the interpreter would warn that it does.
    process.returncode = 0
    found = _require_extra(folder)
    report_saved(
        SessionConfig(found["url"], found["token"], username=found["username"], project=found["project"]), _PROFILE
    )
    return found


def _environment() -> dict[str, str]:
    # What says where this ocli speaks is nothing for a server; where this package lies is.
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORION_")}
    return {**kept, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}


def _start() -> Command:
    def run(folder: str | None, seed: str, port: int, storage: bool, dry_run: bool) -> None:
        state, where = get_state(), _folder(folder)
        if dry_run:
            print_plan(state, "start", [f"a local Orion on {where}"])
            return
        found = _read_running(where)
        there = found is not None
        if found is None:
            found = _launch(where, "" if seed == "none" else seed, port, storage)
        words = "runs already" if there else "runs"
        state.out.one(
            _show_status(where, found),
            sentence=f"The local Orion {words} at {found['url']}; use it with: ocli --profile {_PROFILE}",
            key="url",
        )

    return Command(
        "start",
        params=[
            _folder_option(),
            click.Option(
                ["--seed"],
                type=click.Choice(["demo", "none"]),
                default="demo",
                show_default=True,
                help="What a new one starts with.",
            ),
            click.Option(["--port"], type=click.IntRange(0, 65535), default=0, help="Port; a free one without it."),
            click.Option(["--storage"], is_flag=True, help="With a second origin for content, as a stack on S3 has."),
            dry_run_option(),
        ],
        callback=run,
        help="Start a local Orion that keeps its data, and make the profile local.",
        shape=_STATUS,
        example="ocli emulator start",
    )


def _stop_process(where: Path) -> bool:
    if _read_running(where) is None:
        (where / RUNNING_FILE).unlink(missing_ok=True)
        return False
    (where / STOP_FILE).touch()
    end = time.monotonic() + _STOP_SECONDS
    while (where / RUNNING_FILE).exists() or (where / STOP_FILE).exists():
        if time.monotonic() > end:
            raise OrionError(f"the local Orion on {where} did not stop in {_STOP_SECONDS:g} s")
        time.sleep(_LOOK_SECONDS)
    return True


def _stop() -> Command:
    def run(folder: str | None) -> None:
        where = _folder(folder)
        words = "The local Orion has stopped" if _stop_process(where) else "No local Orion runs"
        get_state().out.one(_show_status(where, None), sentence=words, key="folder")

    return Command(
        "stop",
        params=[_folder_option()],
        callback=run,
        help="Stop it; its data stays.",
        shape=_STATUS,
        example="ocli emulator stop",
    )


def _status() -> Command:
    def run(folder: str | None) -> None:
        where = _folder(folder)
        found = _read_running(where)
        words = f"The local Orion runs at {found['url']} on {where}" if found else f"No local Orion runs on {where}"
        get_state().out.one(_show_status(where, found), sentence=words, key="folder")

    return Command(
        "status",
        params=[_folder_option()],
        callback=run,
        help="Tell whether it runs.",
        shape=_STATUS,
        example="ocli emulator status",
    )


def _reset() -> Command:
    def run(folder: str | None, yes: bool, dry_run: bool) -> None:
        state, where = get_state(), _folder(folder)
        data = where / "data"
        if dry_run:
            print_plan(state, "remove", [str(data)])
            return
        if data.exists() and not (data / "orion.sqlite").exists():
            raise ValidationError(f"{data} does not hold the data of a local Orion and is left alone")
        confirm(f"Remove all data in {data}?", sure=yes)
        found = _read_running(where)
        _stop_process(where)
        _remove_folder(data)
        if found is None:
            remove_profile(_PROFILE)
        else:
            found = _launch(where, found["seed"] or "", 0, storage=False)
        state.out.one(_show_status(where, found), sentence=f"The local Orion on {where} is as new", key="folder")

    return Command(
        "reset",
        params=[_folder_option(), yes_option(), dry_run_option()],
        callback=run,
        help="Remove its data; one that runs starts anew.",
        shape=_STATUS,
        example="ocli emulator reset --yes",
    )


def _remove_folder(data: Path) -> None:
    # The process ends a moment after it has said so.
    for attempt in range(100):
        try:
            if data.exists():
                shutil.rmtree(data)
        except OSError:
            if attempt == 99:
                raise
            time.sleep(_LOOK_SECONDS)
        else:
            return


def _seed() -> Command:
    def run(folder: str | None) -> None:
        from orionclient.examples import drugs  # noqa: PLC0415
        from orionclient.types import Dataset, File, Shard, ShardCollection  # noqa: PLC0415

        state = get_state()
        session = _session(_require_extra(_folder(folder)))
        file = File.upload(session, "drugs.sdf", drugs("sdf"))
        dataset = Dataset.upload(session, "approved drugs", drugs("sdf"))
        collection = ShardCollection.create(session, "frames")
        for number in range(1, 4):
            Shard.create(collection, f"frame {number}", file=f"frame {number}\n".encode())
        collection.close()
        made = {"file": file.id, "dataset": dataset.id, "collection": collection.id}
        state.out.one(
            made, sentence=f"Made file {file.id}, dataset {dataset.id} and collection {collection.id}", key="dataset"
        )

    return Command(
        "seed",
        params=[_folder_option()],
        callback=run,
        help="Put 24 approved drugs into it, as a file, a dataset and a collection.",
        shape=_SEED_OPTION,
        example="ocli emulator seed",
    )


def _faults() -> Command:
    def run(folder: str | None, load: Any, clear: bool) -> None:
        from orionclient.session import get_session  # noqa: PLC0415

        state = get_state()
        found = _require_extra(_folder(folder))
        http, url = get_session(retry_dict={}), f"{found['url']}/_faults"
        head = {"Authorization": f"Token {found['token']}"}
        responses = []
        if clear:
            responses.append(http.delete(url, headers=head))
        if load is not None:
            responses.append(http.post(url, json=load, headers=head))
        responses.append(http.get(url, headers=head))
        for response in responses:
            if not response.ok:
                raise error_for(response)
        report = responses[-1].json()
        count = len(report["scripts"])
        state.out.one(
            report,
            sentence=f"{count} scripts, {len(report['applied'])} steps applied, {'all' if report['consumed'] else 'not all'} consumed",
            key="consumed",
        )

    return Command(
        "faults",
        params=[
            _folder_option(),
            click.Option(
                ["--load"],
                type=JsonParameter(),
                help="A script or a list of scripts, as JSON or @FILE; see docs/faults.md.",
            ),
            click.Option(["--clear"], is_flag=True, help="Forget all before."),
        ],
        callback=run,
        help="Make its requests go wrong, and tell what went wrong so far.",
        shape=_FAULTS,
        example="""ocli emulator faults --load '{"operation": "get_file", "steps": [503]}'""",
    )
