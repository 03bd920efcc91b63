"""OrionSession: where it speaks and as whom; what it does with resources stands in `_verbs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from attrs import evolve

from orionclient._calls import Calls
from orionclient._http_session import HttpSession
from orionclient._locks import ForkLock
from orionclient._raw import AsyncRawSender, RawSender
from orionclient._retry import Policy
from orionclient._transfers import Transfers
from orionclient._verbs import Verbs
from orionclient._versions import parse_server_versions
from orionclient.config import SessionConfig, get_profile_config, in_orion, resolve, restore_config
from orionclient.exceptions import InvalidCredentials, ValidationError
from orionclient.types import Balance, Project, User, identity
from orionclient.types.billing import get_balance

if TYPE_CHECKING:
    from collections.abc import Mapping
    from types import TracebackType

__all__ = [
    "APISession",
    "OrionSession",
    "SessionConfig",
    "get_profile_config",
    "get_session",
    "in_orion",
]


def get_session(
    retry_dict: Mapping[int, int] | None = None,
    request_timeout: float = 60,
    retry_timeout: float = 300,
    backoff_dict: Mapping[int, tuple[float, float]] | None = None,
) -> HttpSession:
    """Make a session that tries again, for any address, or to bring its policy to an `OrionSession`.

    Args:
        retry_dict: HTTP status -> number of retries, for every method; statuses that are not named are not retried. Without it:
            404 eight times and 429 up to 45 times (documented), 408, 425, 500, 502, 503 and 504 four times (ours). Broken connections
            are retried either way where nothing can be done twice.
        request_timeout: Seconds for one attempt. The vendor advises 60 or more: its load balancer gives up after 60.
        retry_timeout: Seconds for all attempts and waits together.
        backoff_dict: HTTP status -> (base, cap) in seconds for the waits after it; 0.1 and 90 without it (documented).

    Returns:
        The session; `get`, `post` and so on return a response with the usual names.

    Raises:
        ValidationError: A table has other keys than statuses.

    Example:
        >>> from orionclient.session import get_session
        >>> get_session(retry_dict={404: 5, 503: 10}, request_timeout=90).policy.request_timeout
        90
    """
    return HttpSession(
        Policy(
            retry_dict=retry_dict,
            request_timeout=request_timeout,
            retry_timeout=retry_timeout,
            backoff_dict=backoff_dict,
        )
    )


class OrionSession(Verbs, Transfers):
    """Works with the resources of one Orion stack as one user.

    Making one reads nothing and sends nothing: the first request finds out where to speak and as whom, see
    `orionclient.config.resolve`. A session may be shared by threads, survives `fork`, and pickles without its token.

    Args:
        config: Where to speak and as whom; without it the job's, the environment's or the profile's configuration. The two leading
            arguments may come in either order (both are published).
        orion_versions: Versions of the APIs that the stack offers, name -> numbers: what the attribute of the same name gives. Then an
            operation that needs another one raises `InvalidAPIVersion` before it is sent. Without it the versions are taken for granted,
            and asked for when the stack knows no such path. (Its meaning is inferred.)
        requests_session: What `get_session` returned: how often and how long to try.
        is_authenticated: Taken for compatibility with the 2020 form: True skips the question whether the token is good.

    Raises:
        ValidationError: An argument is of the wrong kind.

    Example:
        >>> from orionclient.session import OrionSession, get_session
        >>> patient = OrionSession(requests_session=get_session(retry_dict={404: 20, 503: 45}))
    """

    def __init__(
        self,
        config: SessionConfig | Mapping[str, Any] | None = None,
        orion_versions: Any = None,
        requests_session: HttpSession | None = None,
        is_authenticated: bool | None = None,
    ) -> None:
        if isinstance(orion_versions, SessionConfig):
            config, orion_versions = orion_versions, config
        if isinstance(config, HttpSession) or isinstance(orion_versions, HttpSession):
            raise ValidationError("pass the result of get_session by keyword: OrionSession(requests_session=...)")
        if config is not None and not isinstance(config, SessionConfig):
            raise ValidationError(
                f"config is a SessionConfig, for example from get_profile_config(), not {type(config).__name__}"
            )
        if requests_session is not None and not isinstance(requests_session, HttpSession):
            raise ValidationError(
                f"requests_session takes what orionclient.session.get_session(...) returns, not {type(requests_session).__module__}."
                f"{type(requests_session).__name__}; write OrionSession(requests_session=get_session(retry_dict={{503: 5}}))"
            )
        self._lock = ForkLock()
        self._config: SessionConfig | None = config
        self._origin: tuple[tuple[str, str, int], str | None, int | None] | None = None
        self._http = requests_session or HttpSession(Policy())
        self._server_versions = None if orion_versions is None else parse_server_versions(orion_versions)
        self._authenticated: bool | None = is_authenticated or None
        self._calls = Calls(self._resolve_config, self._http.options, self._server_versions)

    # ------------------------------------------------------------------ where and as whom

    @property
    def config(self) -> SessionConfig:
        """Where this session speaks and as whom; found out when first needed, and replaceable.

        Raises:
            InvalidCredentials: Nothing says where to speak.
        """
        return self._resolve_config()

    @config.setter
    def config(self, config: SessionConfig) -> None:
        if not isinstance(config, SessionConfig):
            raise ValidationError(f"config is a SessionConfig, not {type(config).__name__}")
        with self._lock:
            self._config, self._origin, self._authenticated = config, None, None

    def _resolve_config(self) -> SessionConfig:
        with self._lock:
            if self._config is None:
                if self._origin is None:
                    self._config = resolve()
                else:
                    origin, profile, project = self._origin
                    self._config = evolve(restore_config(origin, profile), project=project)
            return self._config

    @property
    def orion_versions(self) -> dict[str, tuple[int, ...]]:
        """Versions of the APIs that the stack offers, name -> numbers: those that were given, else those that the stack tells now.

        Raises:
            OrionError: The stack could not be asked.

        Example:
            >>> session.orion_versions["files"]
            (3,)
        """
        return dict(self._server_versions) if self._server_versions is not None else self._calls.fetch_versions()

    def is_authenticated(self, reconnect: bool = False) -> bool:
        """Tell whether the server takes the token.

        Args:
            reconnect: True asks again, although a response is known.

        Returns:
            True if it does; False if it is rejected or missing.

        Raises:
            OrionError: The server could not be asked.
        """
        if reconnect or self._authenticated is None:
            try:
                identity.fetch_current_user(self)
                self._authenticated = True
            except InvalidCredentials:
                self._authenticated = False
        return self._authenticated

    def retrieve_token(self, username: str, password: str) -> str:
        """Exchange a user name and a password for a token; the session's own token is not needed and not changed.

        Args:
            username: Name of the user.
            password: Password; not kept.

        Returns:
            The token.

        Raises:
            InvalidCredentials: The server rejected them, or nothing says where to speak.
            OrionError: No good response came.
        """
        return identity.fetch_token(self, username, password)

    def get_user_profile(self) -> User:
        """Get the user whose token is used.

        Returns:
            The user; `username` is documented, the other fields are assumed.

        Raises:
            InvalidCredentials: The token is rejected.
        """
        return User.from_msg(identity.fetch_current_user(self), self)

    def get_current_project(self) -> Project:
        """Get the project of the session's configuration.

        Returns:
            The project.

        Raises:
            InvalidCredentials: The token is rejected, or no project is configured.
            AuthorizationRequired: The user is no member of it.
        """
        project = self.config.project
        if project is None:
            raise InvalidCredentials("no project is configured; set project in the profile, or ORION_PROJECT")
        return self.get_resource(Project, project)

    def get_current_balance(self) -> Balance:
        """Get the balance of the user's organization.

        Returns:
            The balance; the name of its class and its fields are assumed.

        Raises:
            AuthorizationRequired: The user lacks the capability cost accounting of the organization (documented as `BadResponse`, which
                it is).
            InvalidCredentials: The token is rejected.
        """
        return get_balance(self)

    # ------------------------------------------------------------------ raw operations

    @property
    def raw(self) -> RawSender:
        """What to pass as `client=` to the generated operations: they then have this session's token, retries and errors.

        Example:
            >>> from orion_api.api.identity import get_current_user
            >>> get_current_user.sync(client=session.raw).username
            'ada'
        """
        return RawSender(self._calls)

    @property
    def raw_async(self) -> AsyncRawSender:
        """The same for the asynchronous functions of the generated operations; `async with` keeps the connections."""
        return AsyncRawSender(self._calls)

    # ------------------------------------------------------------------ life

    def close(self) -> None:
        """End the use of this session. Connections are shared by the process and close when they are idle."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        where = "not resolved yet" if self._config is None else f"{self._config.url}, profile={self._config.profile!r}"
        return f"{type(self).__name__}({where})"

    def __getstate__(self) -> dict[str, Any]:
        origin = self._origin
        if self._config is not None:
            origin = (self._config.origin, self._config.profile, self._config.project)
        return {"origin": origin, "policy": self._http.policy, "orion_versions": self._server_versions}

    def __setstate__(self, state: dict[str, Any]) -> None:
        OrionSession.__init__(
            self, orion_versions=state["orion_versions"], requests_session=HttpSession(state["policy"])
        )
        self._origin = state["origin"]


#: The session of the environment's or profile's configuration, ready to use; importing it reads nothing.
APISession: Final = OrionSession()
