"""`ocli config`: manage profiles and show the effective configuration."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import warnings
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import evolve

from orionclient._transfer.names import check_path
from orionclient._transport.certificates import CLIENT_CERT_VARIABLE, CLIENT_KEY_VARIABLE
from orionclient.cli._core.commands import Command, CommandGroup
from orionclient.cli._core.confirmation import confirm, dry_run_option, print_plan, yes_option
from orionclient.cli._core.parameter_types import PathType, ResourceIdType, complete_profiles
from orionclient.cli._core.root import GROUPS
from orionclient.cli._core.shapes import list_of, object_of
from orionclient.cli._core.state import (
    MAX_RETRIES,
    PROFILE,
    TIMEOUT,
    check_profile,
    get_state,
)
from orionclient.cli._core.streams import echo
from orionclient.cli._core.table_options import table_options
from orionclient.config import (
    SessionConfig,
    get_active_path,
    get_config_path,
    in_orion,
    read_active_profile,
    read_profiles,
    remove_profile,
    save_profile,
    update_profile,
)
from orionclient.exceptions import InvalidCredentials, ValidationError

if TYPE_CHECKING:
    from pathlib import Path

    from orionclient.cli._core.state import State

_REDACTED: Final = "***"
_PROFILE: Final = object_of(
    profile="string", url="string", username="string", project={"type": ["integer", "null"]}, path="string"
)
_INFO: Final = list_of(setting="string", value={}, origin="string")
_LIST: Final = list_of(profile="string", active="boolean", url="string", username="string", project={})
_LIST_COLUMNS: Final = ("active", "profile", "project", "url", "username")
_PROFILE_ARGUMENT: Final = object_of(profile="string")
_PATH: Final = object_of(path="string")
_SHOWN_SETTINGS: Final = (
    "url",
    "username",
    "token",
    "project",
    "ca_file",
    "proxy",
    "allow_http",
    "header_form",
    "verify",
    "client_cert",
    "client_key",
)


def group(name: str) -> click.Group:
    """Create the group.

    Args:
        name: Name of the group.

    Returns:
        The group.
    """
    commands = [_profile(), _project(), _token(), _info(), _list(), _use(), _delete(), _path()]
    return CommandGroup(name, commands, help=GROUPS[name][1])


def _get_profile_name(state: State) -> str:
    """Return the name of the profile that a command applies to. The profile need not exist."""
    return state.profile or os.environ.get("ORION_PROFILE") or read_active_profile() or PROFILE


def write_profile(config: SessionConfig, name: str) -> Path:
    """Write a profile, and restrict the file and its folder to the owner.

    Args:
        config: The settings.
        name: Name of the profile.

    Returns:
        Path of the configuration file.
    """
    path = get_config_path()
    save_profile(config, name)
    with contextlib.suppress(OSError):
        path.chmod(0o600)
        # A folder chosen with ORION_CONFIG may be shared, so its mode stays.
        if path.parent.name == ".orion":
            path.parent.chmod(0o700)
    return path


def _prompt(question: str, *, hide: bool = False) -> str:
    stdin = sys.stdin
    if stdin.isatty() or not hide:
        return str(click.prompt(question, hide_input=hide, err=False))
    # Without a terminal there is no echo to hide, and the password prompt of Python would open /dev/tty.
    echo(f"{question}: ", nl=False)
    line = stdin.readline()
    echo()
    if not line:
        raise click.Abort from EOFError()
    return line.strip()


def _read_stdin() -> str:
    try:
        return sys.stdin.read()
    except UnicodeDecodeError:
        raise ValidationError("cannot read the token from standard input: it is not UTF-8") from None


def _skip_byte_order_mark() -> None:
    if isinstance(sys.stdin, io.TextIOWrapper):
        # PowerShell writes a byte order mark to a pipe.
        sys.stdin.reconfigure(encoding="utf-8-sig")


def _read_token(*, piped: bool) -> str:
    if piped and not sys.stdin.isatty():
        return _read_stdin().strip()
    return _prompt("Orion token", hide=True)


def _check_given(token: str) -> str:
    if not token:
        raise InvalidCredentials("the token is empty")
    return token


def _profile() -> Command:
    def run(
        *,
        url: str | None,
        username: str | None,
        token: str | None,
        password: str | None,
        with_token: bool,
        project: int | None,
        allow_http: bool,
        ca_file: str | None,
        client_cert: str | None,
        client_key: str | None,
    ) -> None:
        state = get_state()
        if token is not None and with_token:
            raise click.UsageError("--token and --with-token exclude each other")
        if password is not None:
            warnings.warn("--password is deprecated and ignored; give a token with --with-token", stacklevel=1)
        for path_given in (ca_file, client_cert, client_key):
            check_path(path_given)
        _skip_byte_order_mark()
        url = url or _prompt("Orion Url, ex: https://orion.eyesopen.us")
        username = username or _prompt("Orion Username")
        config = SessionConfig(
            url, username=username, project=project, allow_http=allow_http, ca_file=ca_file, client_cert=client_cert, client_key=client_key
        )  # fmt: skip
        token = _check_given(_read_token(piped=with_token) if token is None else token)
        name = _get_profile_name(state)
        path = write_profile(evolve(config, token=token), name)
        state.out.print_item(
            {"profile": name, "url": config.url, "username": username, "project": config.project, "path": str(path)},
            sentence=f"Saved profile {name!r} in {path}",
            key="profile",
        )

    return Command(
        "profile",
        params=[
            click.Option(["--url"], help="URL of the Orion stack. Prompted for if omitted."),
            click.Option(["--username"], help="User name. Prompted for if omitted."),
            click.Option(
                ["--token"],
                help="The token. The history of the shell and the list of processes show it; --with-token keeps it out of both.",
            ),
            click.Option(
                ["--with-token"],
                is_flag=True,
                help="Read the token from standard input. Prompted for on a terminal.",
            ),
            click.Option(
                ["--project"],
                type=click.INT,
                help="Id of the project of new resources. Defaults to the user's default project.",
            ),
            click.Option(
                ["--allow-http"], is_flag=True, help="Allow sending the token to another machine over unencrypted HTTP."
            ),
            click.Option(
                ["--ca-file"], type=PathType(), help="File of CA certificates to trust in addition to the system's."
            ),
            click.Option(
                ["--client-cert"],
                type=PathType(),
                help="PEM file of a client certificate and its chain, for servers that require one.",
            ),
            click.Option(
                ["--client-key"],
                type=PathType(),
                help="PEM file of its private key. Defaults to the file of the certificate.",
            ),
            click.Option(["--password"], help="Deprecated and ignored, with a warning. Give a token instead."),
        ],
        callback=run,
        help="Create or replace a profile. --profile chooses its name.",
        shape=_PROFILE,
        example="ocli --profile=work config profile --url https://orion.example.com --username ada --with-token",
    )


def _project() -> Command:
    def run(project: int) -> None:
        state = get_state()
        name = _get_profile_name(state)
        check_profile(name)
        update_profile(name, project=project)
        state.out.print_item(
            {"profile": name, "project": project}, sentence=f"Set project {project} in profile {name!r}", key="profile"
        )

    return Command(
        "project",
        params=[click.Argument(["project"], type=ResourceIdType("project"), metavar="ID")],
        callback=run,
        help="Set the project of new resources in a profile. --profile chooses the profile.",
        shape=object_of(profile="string", project="integer"),
        example="ocli config project 1",
    )


def _token() -> Command:
    def run() -> None:
        state = get_state()
        name = _get_profile_name(state)
        check_profile(name)
        warnings.warn("ocli config token is deprecated; use: ocli config profile --with-token", stacklevel=1)
        _skip_byte_order_mark()
        update_profile(name, token=_check_given(_read_token(piped=True)))
        state.out.print_item({"profile": name}, sentence=f"Replaced the token of profile {name!r}", key="profile")

    return Command(
        "token",
        callback=run,
        help="Replace the token of a profile. Deprecated: use ocli config profile --with-token. The token is read from standard input, or "
        "prompted for on a terminal.",
        shape=_PROFILE_ARGUMENT,
        example="ocli config token < token.txt",
    )


def list_settings(state: State) -> list[dict[str, Any]]:
    """List the effective settings with their origins. Secrets are redacted.

    Args:
        state: The state of the call.

    Returns:
        Objects with `setting`, `value` and `origin`.

    Raises:
        InvalidCredentials: No credentials are configured, or the profile does not exist.
    """
    config = state.config()
    if config.profile is None:
        origins = {
            name: f"${variable}"
            for name, variable in {"url": "ORION_URL", "token": "ORION_TOKEN", "username": "ORION_USERNAME"}.items()  # nosec B105 - names
            if os.environ.get(variable)
        }
        named = "the job" if in_orion() else "environment"
    else:
        profile = read_profiles().get(config.profile, {})
        origins = {name: f"{get_config_path()} [{config.profile}]" for name in _SHOWN_SETTINGS if profile.get(name)}
        choices = {
            "--profile": state.profile,
            "$ORION_PROFILE": os.environ.get("ORION_PROFILE"),
            "ocli config use": read_active_profile(),
        }
        named = next((name for name, value in choices.items() if value), "default")
    if os.environ.get("ORION_PROJECT"):
        origins["project"] = "$ORION_PROJECT"
    if os.environ.get(CLIENT_CERT_VARIABLE):
        origins["client_cert"] = f"${CLIENT_CERT_VARIABLE}"
        origins["client_key"] = f"${CLIENT_KEY_VARIABLE}" if config.client_key else "default"
    if state.timeout != TIMEOUT:
        origins["timeout"] = "--timeout"
    if state.max_retries != MAX_RETRIES:
        origins["max_retries"] = "--max-retries"
    values = {name: getattr(config, name) for name in _SHOWN_SETTINGS}
    values |= {name: _REDACTED for name in ("token", "proxy") if values[name]}
    values |= {"timeout": state.timeout, "max_retries": state.max_retries}
    rows = [{"setting": name, "value": value, "origin": origins.get(name, "default")} for name, value in values.items()]
    return [{"setting": "profile", "value": config.profile, "origin": named}, *rows]


def _info() -> Command:
    def run() -> None:
        state = get_state()
        state.out.print_rows(list_settings(state), ("setting", "value", "origin"), key="value", full=True)

    return Command(
        "info",
        callback=run,
        help="Show the effective settings and their origins. Secrets are redacted.",
        shape=_INFO,
        example="ocli config info",
    )


def _list() -> Command:
    def run() -> None:
        state = get_state()
        active = _get_profile_name(state)
        rows = [
            {
                "profile": name,
                "active": name == active,
                "url": values.get("url", ""),
                "username": values.get("username", ""),
                "project": int(values["project"]) if values.get("project", "").isdigit() else None,
            }
            for name, values in sorted(read_profiles().items())
        ]
        state.out.print_rows(rows, _LIST_COLUMNS, key="profile")

    return Command(
        "list",
        params=table_options(_LIST_COLUMNS),
        callback=run,
        help="List profiles.",
        shape=_LIST,
        example="ocli config list",
    )


def _profile_argument(*, required: bool = True) -> click.Argument:
    metavar = "NAME" if required else "[NAME]"
    return click.Argument(["name"], metavar=metavar, required=required, shell_complete=complete_profiles)


def _use() -> Command:
    def run(name: str) -> None:
        check_profile(name)
        path = get_active_path()
        path.touch(mode=0o600)
        path.write_text(f"{name}\n", "utf-8")
        get_state().out.print_item(
            {"profile": name}, sentence=f"ocli and Python use profile {name!r} from now on", key="profile"
        )

    return Command(
        "use",
        params=[_profile_argument()],
        callback=run,
        help="Choose the default profile of ocli and Python. --profile, ORION_PROFILE and ORION_URL take precedence.",
        shape=_PROFILE_ARGUMENT,
        example="ocli config use default",
    )


def _delete() -> Command:
    def run(name: str | None, yes: bool, dry_run: bool) -> None:
        state = get_state()
        name = name or state.profile
        if name is None:
            raise click.UsageError("give the NAME of the profile, or --profile")
        check_profile(name)
        if dry_run:
            print_plan(state, "delete", [f"profile {name!r}"])
            return
        confirm(f"Delete profile {name!r} with its token?", sure=yes)
        remove_profile(name)
        if read_active_profile() == name:
            get_active_path().unlink(missing_ok=True)
        state.out.print_item({"profile": name}, sentence=f"Deleted profile {name!r}", key="profile")

    return Command(
        "delete",
        aliases=("remove",),
        params=[_profile_argument(required=False), yes_option(), dry_run_option()],
        callback=run,
        help="Delete a profile. Without NAME, the one of --profile.",
        shape=_PROFILE_ARGUMENT,
        example="ocli config delete old --yes",
    )


def _path() -> Command:
    def run() -> None:
        path = str(get_config_path())
        get_state().out.print_item({"path": path}, sentence=path, key="path")

    return Command(
        "path", callback=run, help="Print the path of the configuration file.", shape=_PATH, example="ocli config path"
    )
