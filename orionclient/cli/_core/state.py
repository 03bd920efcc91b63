"""The global options of a call of `ocli`, and the session that they configure."""

from __future__ import annotations

import os
import shlex
import sys
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from orionclient.cli._core.suggestions import suggest

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from orionclient._requesting.http_session import HttpSession
    from orionclient.cli._core.output import Output
    from orionclient.config import SessionConfig
    from orionclient.session import OrionSession

FORMATS = ("table", "json", "jsonl", "csv", "ids")
TIMEOUT, MAX_RETRIES, PROFILE = 10.0, 2, "default"
# Users of an organization that are read, in one page, to show owners by name.
_MAX_USERS = 1000


class State:
    """The global options of one call of `ocli`.

    Attributes:
        timeout: Timeout of a request in seconds.
        max_retries: Maximum number of retries.
        profile: Name of the profile given with --profile, or None.
        format: Output format given with --format or --json, or None for a table.
        quiet: True to print ids only, and no progress.
        color: False to disable colour, or None to decide by the terminal.
        debug: True to print the traceback of an error.
        command: The command that runs, for hints.
        context: Its context, or None before it runs.
        resume_advice: How to resume the transfers in progress. Empty if there are none, or none that can be resumed.
        columns: Columns to list; None for those of the command.
        sort: Column to sort a list by, with ``-`` before it in descending order; None for the order of the server.
        has_columns: True if the command has the option --columns.
        stdin_source: The parameter that reads standard input, for a message. Empty if none does.
    """

    def __init__(self) -> None:
        self.timeout = TIMEOUT
        self.max_retries = MAX_RETRIES
        self.profile: str | None = None
        self.format: str | None = None
        self.quiet = False
        self.color: bool | None = None
        self.debug = False
        self.command = "ocli"
        self.context: click.Context | None = None
        self.resume_advice = ""
        self.columns: list[str] | None = None
        self.sort: str | None = None
        self.has_columns = False
        self.stdin_source = ""
        self._owners: dict[int, str] = {}

    @classmethod
    def from_context(cls, context: click.Context) -> State:
        """Return the state of the call that a context belongs to.

        Args:
            context: Any context of the call.

        Returns:
            The state, the same object for all contexts of a call. Created if missing.
        """
        root = context.find_root()
        if not isinstance(root.obj, cls):
            root.obj = cls()
        return root.obj

    def config(self) -> SessionConfig:
        """Resolve the configuration, as Python does.

        Returns:
            The configuration.

        Raises:
            InvalidCredentials: No credentials are configured, or the profile does not exist.
        """
        from orionclient.config import in_orion, read_active_profile, read_profiles, resolve  # noqa: PLC0415
        from orionclient.exceptions import InvalidCredentials  # noqa: PLC0415

        try:
            return resolve(self.profile)
        except InvalidCredentials:
            has_pair = any(os.environ.get(name) for name in ("ORION_URL", "ORION_TOKEN"))
            if (self.profile or in_orion() or not has_pair) and read_profiles():
                check_profile(self.profile or os.environ.get("ORION_PROFILE") or read_active_profile() or PROFILE)
            raise

    @cached_property
    def session(self) -> OrionSession:
        """A session with the timeout and the retries of the options."""
        return self.connect(self.config())

    def connect(
        self, config: SessionConfig, *, timeout: float | None = None, max_retries: int | None = None
    ) -> OrionSession:
        """Create a session.

        Args:
            config: Its configuration.
            timeout: Timeout of a request in seconds. Defaults to that of the options.
            max_retries: Maximum number of retries. Defaults to that of the options.

        Returns:
            The session.
        """
        from orionclient.session import OrionSession  # noqa: PLC0415

        return OrionSession(config, requests_session=self.open_http(timeout, max_retries))

    def open_http(self, timeout: float | None = None, max_retries: int | None = None) -> HttpSession:
        """Create an HTTP session.

        Args:
            timeout: Timeout of a request in seconds. Defaults to that of the options.
            max_retries: Maximum number of retries. Defaults to that of the options.

        Returns:
            The HTTP session.
        """
        from orionclient._requesting.http_session import HttpSession  # noqa: PLC0415
        from orionclient._requesting.retry import interactive_policy  # noqa: PLC0415

        retries = self.max_retries if max_retries is None else max_retries
        return HttpSession(interactive_policy(timeout or self.timeout, retries))

    @cached_property
    def shard_session(self) -> OrionSession:
        """A session for the content of shards, to which --max-retries does not apply (documented)."""
        from orionclient.session import OrionSession, get_session  # noqa: PLC0415

        return OrionSession(self.session.config, requests_session=get_session(request_timeout=self.timeout))

    @cached_property
    def out(self) -> Output:
        """The printer of results."""
        from orionclient.cli._core.output import Output  # noqa: PLC0415

        return Output(
            self.form,
            colors=self.has_color(sys.stdout),
            columns=self.columns,
            sort=self.sort,
            has_columns=self.has_columns,
            find_owners=self.find_owners,
        )

    @cached_property
    def lookup_session(self) -> OrionSession:
        """A session without retries, for names that a command can do without."""
        return self.connect(self.session.config, max_retries=0)

    def find_owners(self, ids: Collection[int]) -> Mapping[int, str]:
        """Find the names of users with one request, unless they are known already.

        Args:
            ids: Ids of the users.

        Returns:
            Id -> user name; users that are not found are left out.
        """
        from orionclient.exceptions import OrionError  # noqa: PLC0415
        from orionclient.types import User  # noqa: PLC0415

        missing = [each for each in ids if each not in self._owners]
        try:
            if len(missing) == 1:
                self._owners[missing[0]] = self.lookup_session.get_resource(User, missing[0]).username
            elif missing:
                users = self.lookup_session.list_resources(User, limit=_MAX_USERS)
                self._owners.update({user.id: user.username for user in users})
        except OrionError:
            # The table shows ids for those.
            pass
        return self._owners

    @property
    def form(self) -> str:
        """The effective output format."""
        return "ids" if self.quiet else self.format or "table"

    def has_color(self, stream: Any) -> bool:
        """Return whether to write colour to a stream.

        Args:
            stream: Standard output or standard error.

        Returns:
            True on a terminal, unless --no-color, NO_COLOR or TERM=dumb disable it. CLICOLOR_FORCE enables it without a terminal.
        """
        if self.color is not None:
            return self.color
        if os.environ.get("NO_COLOR"):
            return False
        forced = os.environ.get("CLICOLOR_FORCE", "0") not in {"", "0"}
        return forced or (stream.isatty() and os.environ.get("TERM") != "dumb")


def get_state() -> State:
    """Return the state of the current call.

    Returns:
        The state.
    """
    return State.from_context(click.get_current_context())


def check_profile(name: str) -> None:
    """Check that a profile exists.

    Args:
        name: Name of the profile.

    Raises:
        InvalidCredentials: It does not exist. The message suggests the closest profiles.
    """
    from orionclient.config import get_config_path, read_profiles  # noqa: PLC0415
    from orionclient.exceptions import InvalidCredentials  # noqa: PLC0415

    profiles = read_profiles()
    if name not in profiles:
        suggestion = suggest(name, sorted(profiles), "profiles")
        raise InvalidCredentials(f"unknown profile {name!r} in {get_config_path()}. {suggestion}".rstrip()).with_hints(
            "list the profiles with: ocli config list; use one with --profile NAME, or always with: ocli config use NAME",
            f"to create the profile, run: ocli --profile {shlex.quote(name)} config profile",
        )
