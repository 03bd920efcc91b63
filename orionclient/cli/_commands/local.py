"""`ocli local`: manage a persistent local Orion that runs in its own process, and its profile `local`."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import subprocess  # nosec B404 - starts our own module
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click

from orionclient._runtime.hardware import HARDWARE
from orionclient._transfer.names import check_path
from orionclient.cli._commands.config import write_profile
from orionclient.cli._core.commands import Command, CommandGroup
from orionclient.cli._core.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli._core.contract_options import JsonParameter
from orionclient.cli._core.errors import NOT_RUNNING
from orionclient.cli._core.parameter_types import Choice, PathType
from orionclient.cli._core.root import GROUPS
from orionclient.cli._core.server_process import DAMAGED, RUNNING_FILE, STOP_FILE
from orionclient.cli._core.shapes import object_of
from orionclient.cli._core.state import get_state
from orionclient.config import LOCAL_PROFILE, SessionConfig, get_config_path, read_profiles, remove_profile
from orionclient.exceptions import LocalDataError, NoResultFound, OrionError, ValidationError, error_for

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orionclient.session import OrionSession

_START_SECONDS, _STOP_SECONDS, _POLL_SECONDS = 60.0, 30.0, 0.05
_STATUS: Final = object_of({"url": "string", "pid": "integer"}, running="boolean", folder="string")
_SEEDED: Final = object_of(file="integer", dataset="integer", collection="integer")
_FAULTS: Final = object_of(consumed={}, scripts={}, applied={})


def group(name: str) -> click.Group:
    """Create the group.

    Args:
        name: Name of the group.

    Returns:
        The group.
    """
    return CommandGroup(name, [_start(), _stop(), _status(), _reset(), _seed(), _faults()], help=GROUPS[name][1])


def _folder_option() -> click.Option:
    return click.Option(
        ["--folder"],
        type=PathType(),
        help="Folder of its data. Defaults to local in the folder of the configuration file.",
    )


def _resolve_folder(folder: str | None) -> Path:
    return Path(check_path(folder)).absolute() if folder is not None else get_config_path().absolute().parent / "local"


def _find_running(folder: Path) -> dict[str, Any] | None:
    """Read how to connect to the local Orion of a folder; None if it does not run, even if a killed process left the file behind."""
    try:
        found: dict[str, Any] = json.loads((folder / RUNNING_FILE).read_text("utf-8"))
        return found if _open_session(found).is_authenticated() else None
    except (FileNotFoundError, ValueError, KeyError, OrionError):
        return None


def _open_session(found: dict[str, Any]) -> OrionSession:
    return get_state().connect(_build_config(found), timeout=5.0, max_retries=0)


def _build_config(found: dict[str, Any]) -> SessionConfig:
    return SessionConfig(found["url"], found["token"], username=found["username"], project=found["project"])


def _require_running(folder: Path) -> dict[str, Any]:
    found = _find_running(folder)
    if found is None:
        option = "" if folder == _resolve_folder(None) else f" --folder {shlex.quote(str(folder))}"
        raise NoResultFound(f"no local Orion is running in {folder}; start it with: ocli local start{option}")
    return found


def _build_status(folder: Path, found: dict[str, Any] | None) -> dict[str, Any]:
    if found is None:
        return {"running": False, "folder": str(folder)}
    return {
        "running": True,
        "folder": str(folder),
        "profile": LOCAL_PROFILE,
        **{key: found[key] for key in ("url", "pid", "username", "project", "seed")},
    }


def _launch(folder: Path, options: Mapping[str, Any]) -> dict[str, Any]:
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in (RUNNING_FILE, STOP_FILE):
        (folder / name).unlink(missing_ok=True)
    log = folder / "log"
    command = [
        sys.executable,
        "-m",
        "orionclient.cli._core.server_process",
        str(folder),
        json.dumps(options),
    ]
    with log.open("wb") as stream:
        # In a session of its own, the server outlives this process and receives no Ctrl-C of this terminal.
        process = subprocess.Popen(  # noqa: S603  # nosec B603 - our own module
            command,
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=stream,
            start_new_session=True,
            cwd=folder,
            env=_build_environment(),
        )
    end = time.monotonic() + _START_SECONDS
    while not (folder / RUNNING_FILE).exists():
        if process.poll() is not None:
            lines = log.read_text("utf-8", "replace").strip().splitlines()
            if process.returncode == DAMAGED:
                raise LocalDataError(lines[-1])
            raise OrionError(f"the local Orion did not start: {lines[-1] if lines else f'no message in {log}'}")
        if time.monotonic() > end:
            process.kill()
            raise OrionError(f"the local Orion did not start within {_START_SECONDS:g} s; see {log}")
        time.sleep(_POLL_SECONDS)
    # The child keeps running. With a return code set, the interpreter does not warn about that.
    process.returncode = 0
    found = _require_running(folder)
    write_profile(_build_config(found), LOCAL_PROFILE)
    return found


def _build_environment() -> dict[str, str]:
    # The server must not see the credentials of the caller, but it has to find this package.
    others = {name: value for name, value in os.environ.items() if not name.startswith("ORION_")}
    return {**others, "PYTHONPATH": os.pathsep.join(each for each in sys.path if each)}


def _start() -> Command:
    def run(folder: str | None, seed: str, dry_run: bool, **options: Any) -> None:
        state, where = get_state(), _resolve_folder(folder)
        if dry_run:
            print_plan(state, "start", [f"a local Orion in {where}"])
            return
        found = _find_running(where)
        condition = "is running" if found is None else "is already running"
        if found is None:
            found = _launch(where, {**options, "seed": None if seed == "none" else seed})
        elif (saved := _read_profile()) is None or (saved.url, saved.token) != (found["url"], found["token"]):
            # The profile was removed, or is that of another local Orion.
            write_profile(_build_config(found), LOCAL_PROFILE)
        state.out.print_item(
            _build_status(where, found),
            sentence=f"The local Orion {condition} at {found['url']}; use it with: ocli --profile {LOCAL_PROFILE}",
            key="url",
        )

    return Command(
        "start",
        params=[
            _folder_option(),
            click.Option(
                ["--seed"],
                type=Choice(["demo", "none"]),
                default="demo",
                show_default=True,
                help="Initial data of a new local Orion.",
            ),
            click.Option(["--port"], type=click.IntRange(0, 65535), default=0, help="Port. Defaults to a free one."),
            click.Option(
                ["--storage"],
                is_flag=True,
                help="Serve content from a second origin with presigned URLs, like a stack on S3.",
            ),
            click.Option(
                ["--cpus"],
                type=click.IntRange(HARDWARE["cpu_count"]["min_value"]),
                help="CPUs that the running jobs can have together. Defaults to those of the machine.",
            ),
            click.Option(
                ["--memory-mb"],
                type=click.IntRange(HARDWARE["memory_mb"]["min_value"]),
                help="Memory that a job can have, in MiB. Defaults to that of the machine.",
            ),
            dry_run_option(),
        ],
        callback=run,
        help="Start a local Orion and create the profile 'local'. Its data persists.",
        shape=_STATUS,
        example="ocli local start",
    )


def _stop_process(where: Path) -> bool:
    if _find_running(where) is None:
        (where / RUNNING_FILE).unlink(missing_ok=True)
        return False
    (where / STOP_FILE).touch()
    end = time.monotonic() + _STOP_SECONDS
    while (where / RUNNING_FILE).exists() or (where / STOP_FILE).exists():
        if time.monotonic() > end:
            raise OrionError(f"the local Orion in {where} did not stop within {_STOP_SECONDS:g} s; see {where / 'log'}")
        time.sleep(_POLL_SECONDS)
    return True


def _stop() -> Command:
    def run(folder: str | None) -> None:
        where = _resolve_folder(folder)
        sentence = "Stopped the local Orion" if _stop_process(where) else "No local Orion is running"
        get_state().out.print_item(_build_status(where, None), sentence=sentence, key="folder")

    return Command(
        "stop",
        params=[_folder_option()],
        callback=run,
        help="Stop the local Orion. Its data remains.",
        shape=_STATUS,
        example="ocli local stop",
    )


def _status() -> Command:
    def run(folder: str | None) -> None:
        where = _resolve_folder(folder)
        found = _find_running(where)
        running = f"The local Orion is running at {found['url']} in {where}" if found else ""
        get_state().out.print_item(
            _build_status(where, found), sentence=running or f"No local Orion is running in {where}", key="folder"
        )
        if found is None:
            raise click.exceptions.Exit(NOT_RUNNING)

    return Command(
        "status",
        params=[_folder_option()],
        callback=run,
        help=f"Show whether the local Orion is running. If not, the exit code is {NOT_RUNNING}.",
        shape=_STATUS,
        example="ocli local status",
    )


def _reset() -> Command:
    def run(folder: str | None, yes: bool, dry_run: bool) -> None:
        state, where = get_state(), _resolve_folder(folder)
        data = where / "data"
        if dry_run:
            print_plan(state, "remove", [str(data)])
            return
        if data.exists() and not any((data / name).exists() for name in ("orion.sqlite", "lock.sqlite")):
            raise ValidationError(f"{data} is not the data folder of a local Orion and was not removed")
        confirm(f"Remove all data in {data}?", sure=yes)
        found = _find_running(where)
        _stop_process(where)
        _remove_folder(data)
        if found is None:
            _remove_stale_profile()
        else:
            found = _launch(where, found["options"])
        state.out.print_item(_build_status(where, found), sentence=f"Reset the local Orion in {where}", key="folder")

    return Command(
        "reset",
        params=[_folder_option(), yes_option(), dry_run_option()],
        callback=run,
        help="Delete all data of the local Orion. A running one is restarted.",
        shape=_STATUS,
        example="ocli local reset --yes",
    )


def _remove_stale_profile() -> None:
    # The profile may be that of another local Orion, which is running.
    config = _read_profile()
    with contextlib.suppress(OrionError):
        if config is not None and get_state().connect(config, timeout=5.0, max_retries=0).is_authenticated():
            return
    remove_profile(LOCAL_PROFILE)


def _read_profile() -> SessionConfig | None:
    values = read_profiles().get(LOCAL_PROFILE, {})
    try:
        return SessionConfig(values["url"], values["token"])
    except (KeyError, ValidationError):
        return None


def _remove_folder(data: Path) -> None:
    # The process exits shortly after it removes its files, and may still write until then.
    for attempt in range(100):
        try:
            if data.exists():
                shutil.rmtree(data)
        except OSError:
            if attempt == 99:
                raise
            time.sleep(_POLL_SECONDS)
        else:
            return


def _seed() -> Command:
    def run(folder: str | None) -> None:
        from orionclient.examples import drugs  # noqa: PLC0415
        from orionclient.types import Dataset, File, Shard, ShardCollection  # noqa: PLC0415

        state = get_state()
        session = _open_session(_require_running(_resolve_folder(folder)))
        file = File.upload(session, "drugs.sdf", drugs("sdf"))
        dataset = Dataset.upload(session, "approved drugs", drugs("sdf"))
        collection = ShardCollection.create(session, "frames")
        for index in range(1, 4):
            Shard.create(collection, f"frame {index}", file=f"frame {index}\n".encode())
        collection.close()
        created = {"file": file.id, "dataset": dataset.id, "collection": collection.id}
        state.out.print_item(
            created,
            sentence=f"Created file {file.id}, dataset {dataset.id} and collection {collection.id}",
            key="dataset",
        )

    return Command(
        "seed",
        params=[_folder_option()],
        callback=run,
        help="Create example data. 24 approved drugs as a file and a dataset, and a collection of three shards.",
        shape=_SEEDED,
        example="ocli local seed",
    )


def _faults() -> Command:
    def run(folder: str | None, load: Any, clear: bool) -> None:
        from orionclient.session import get_session  # noqa: PLC0415

        state = get_state()
        found = _require_running(_resolve_folder(folder))
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
        state.out.print_item(
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
                help="Fault script or list of fault scripts, as JSON or @FILE.",
            ),
            click.Option(["--clear"], is_flag=True, help="Remove all fault scripts first."),
        ],
        callback=run,
        help="Inject faults, and show the faults applied so far.",
        shape=_FAULTS,
        example="""ocli local faults --load '{"operation": "get_file", "steps": [503]}'""",
    )
