"""OrionSession: configuration, authentication and raw access; its resource methods are in `_session`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Self

from attrs import evolve

from orionclient import types
from orionclient._requesting.calls import Calls
from orionclient._requesting.http_session import HttpSession
from orionclient._requesting.raw import AsyncRawSender, RawSender
from orionclient._requesting.retry import Policy
from orionclient._requesting.versions import parse_server_versions
from orionclient._resources import identity
from orionclient._runtime.locks import ForkLock
from orionclient._session.transfers import Transfers
from orionclient._session.verbs import Verbs
from orionclient.config import SessionConfig, get_profile_config, in_orion, resolve, restore_config
from orionclient.exceptions import InvalidCredentials, ValidationError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from orionclient._transport.transports import AsyncTransport, Transport
    from orionclient.types import Balance, Project, User

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
    transport: Transport | AsyncTransport | None = None,
) -> HttpSession:
    """Create an HTTP session with retries, for any URL or to pass its retry policy to an `OrionSession`.

    Args:
        retry_dict: HTTP status -> maximum number of retries; other statuses are not retried. It applies to every method: without
            idempotency keys, a creation that is retried may be applied twice. If omitted, 404 is retried 8 times and 429 up to 45
            times (documented), 408, 425, 500, 502, 503 and 504 four times (ours). Ours, too: at a prompt or in a notebook outside a
            job, a 404 of Orion is retried twice within 5 s, and a 404 of the local Orion never. Connection errors are retried either way
            if the request is idempotent.
        request_timeout: Seconds per attempt. The vendor recommends 60 or more, since its load balancer times out after 60.
        retry_timeout: Seconds for all attempts and waits together.
        backoff_dict: HTTP status -> (base, cap) in seconds for the back-off after it. Defaults to (0.1, 90) (documented).
        transport: Sends the requests in place of the pooled connections of this package: an instance with a method `handle_request`, or
            `handle_async_request` for `session.raw_async`, for example `httpx.HTTPTransport(http2=True)` or `httpx.MockTransport(...)`.
            It has its own connections, proxies and certificates; retries, redirects and the rules for the token stay those of the
            session. It must be thread-safe, is not closed, and is not used in a forked child. Optional.

    Returns:
        The session; `get`, `post` and so on return a response with the attributes of a requests response.

    Raises:
        ValidationError: A key of `retry_dict` or `backoff_dict` is not an HTTP status, or `transport` is not a transport.

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
        ),
        transport,
    )


class OrionSession(Verbs, Transfers):
    """Accesses the resources of one Orion stack as one user.

    The constructor reads no file and sends no request: the first request resolves endpoint and credentials, see
    `orionclient.config.resolve`. A session is thread-safe and fork-safe, and is pickled without its token.

    Args:
        config: Endpoint and credentials. Defaults to the configuration of the job, the environment or the profile. The first two
            arguments are accepted in either order (both are published).
        orion_versions: API versions that the stack offers, API name -> version numbers, as the attribute of the same name returns them.
            An operation that needs another version then raises `InvalidAPIVersion` before it is sent. If omitted, the versions are
            assumed to be offered, and are fetched to explain a 404 of an unknown path. (Its meaning is inferred.)
        requests_session: HTTP session from `get_session`, with the retry policy and optionally a transport.
        is_authenticated: Accepted for compatibility with the 2020 signature: True skips the check of the token.
        profile: Name of a profile, as for `get_profile_config`; ``local`` is the one that ``ocli local start`` writes. Only without
            `config`. Optional.

    Raises:
        ValidationError: An argument is of the wrong type.

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
        *,
        profile: str | None = None,
    ) -> None:
        if isinstance(orion_versions, SessionConfig):
            config, orion_versions = orion_versions, config
        if isinstance(config, HttpSession) or isinstance(orion_versions, HttpSession):
            raise ValidationError("pass the result of get_session by keyword: OrionSession(requests_session=...)")
        if config is not None and not isinstance(config, SessionConfig):
            raise ValidationError(
                f"config must be a SessionConfig, for example from get_profile_config(), not {type(config).__name__}"
            )
        if profile is not None and not isinstance(profile, str):
            raise ValidationError(f"profile must be the name of a profile, not {type(profile).__name__}")
        if profile is not None and config is not None:
            raise ValidationError("pass config or profile, not both")
        self._lock = ForkLock()
        self._config: SessionConfig | None = config
        self._profile = profile
        self._origin: tuple[tuple[str, str, int], str | None, int | None] | None = None
        self._http = HttpSession(Policy()) if requests_session is None else _check_http_session(requests_session)
        self._server_versions = None if orion_versions is None else parse_server_versions(orion_versions)
        self._authenticated: bool | None = is_authenticated or None
        self._calls = Calls(self._resolve_config, self._http.options, self._server_versions)

    # ------------------------------------------------------------------ configuration

    @property
    def config(self) -> SessionConfig:
        """Endpoint and credentials of this session; resolved on first access. Can be replaced.

        Raises:
            InvalidCredentials: No endpoint and credentials are configured.
        """
        return self._resolve_config()

    @config.setter
    def config(self, config: SessionConfig) -> None:
        if not isinstance(config, SessionConfig):
            raise ValidationError(f"config must be a SessionConfig, not {type(config).__name__}")
        with self._lock:
            self._config, self._origin, self._authenticated = config, None, None

    def _resolve_config(self) -> SessionConfig:
        with self._lock:
            if self._config is None:
                if self._origin is None:
                    self._config = resolve(self._profile)
                else:
                    origin, profile, project = self._origin
                    self._config = evolve(restore_config(origin, profile), project=project)
            return self._config

    @property
    def requests_session(self) -> HttpSession:
        """HTTP session of this session, with its retry policy (published). Can be replaced by another result of `get_session`.

        Requests that are sent with it directly have no token.

        Example:
            >>> session.requests_session.get(f"{session.config.url}/api/versions/").status_code
            200
        """
        return self._http

    @requests_session.setter
    def requests_session(self, requests_session: HttpSession) -> None:
        self._http = _check_http_session(requests_session)
        self._calls = Calls(self._resolve_config, self._http.options, self._server_versions)

    @property
    def orion_versions(self) -> dict[str, tuple[int, ...]]:
        """API versions that the stack offers, API name -> version numbers: those passed to the constructor, else fetched on each access.

        Raises:
            OrionError: The request failed.

        Example:
            >>> session.orion_versions["files"]
            (3,)
        """
        return dict(self._server_versions) if self._server_versions is not None else self._calls.fetch_versions()

    def is_authenticated(self, reconnect: bool = False) -> bool:
        """Check whether the server accepts the token.

        Args:
            reconnect: True sends a request even if the result is known already.

        Returns:
            True if it is accepted; False if it is rejected or missing.

        Raises:
            OrionError: The request failed for another reason.
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
            password: Password; not stored.

        Returns:
            The token.

        Raises:
            InvalidCredentials: The server rejected user name or password, or no endpoint is configured.
            OrionError: The request failed.
        """
        return identity.fetch_token(self, username, password)

    def get_user_profile(self) -> User:
        """Get the user of the session's token.

        Returns:
            The user; `username` is documented, the other fields are assumed.

        Raises:
            InvalidCredentials: The token is rejected.
        """
        return types.User.from_msg(identity.fetch_current_user(self), self)

    def get_current_project(self) -> Project:
        """Get the project of the session's configuration.

        Returns:
            The project.

        Raises:
            InvalidCredentials: The token is rejected, or no project is configured.
            AuthorizationRequired: The user is not a member of the project.
        """
        project = self.config.project
        if project is None:
            raise InvalidCredentials("no project is configured; set project in the profile, or ORION_PROJECT")
        return self.get_resource(types.Project, project)

    def get_current_balance(self) -> Balance:
        """Get the balance of the user's organization.

        Returns:
            The balance; the name of its class and its fields are assumed.

        Raises:
            AuthorizationRequired: The user lacks the organization's capability "cost accounting" (documented as `BadResponse`, its base
                class).
            InvalidCredentials: The token is rejected.
        """
        return types.Balance.from_msg(identity.fetch_balance(self), self)

    # ------------------------------------------------------------------ raw operations

    @property
    def raw(self) -> RawSender:
        """Client for the generated operations: pass it as `client=` to call them with this session's token, retries and errors.

        Example:
            >>> from orion_api.api.identity import get_current_user
            >>> get_current_user.sync(client=session.raw).username
            'ada'
        """
        return RawSender(self._calls)

    @property
    def raw_async(self) -> AsyncRawSender:
        """Client for the asynchronous functions of the generated operations; inside `async with` connections are pooled."""
        return AsyncRawSender(self._calls)

    # ------------------------------------------------------------------ closing and pickling

    def close(self) -> None:
        """Do nothing: pooled connections are shared by all sessions and closed when idle, and a transport of the caller stays open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __repr__(self) -> str:
        where = "not resolved yet" if self._config is None else f"{self._config.url}, profile={self._config.profile!r}"
        return f"{type(self).__name__}({where})"

    def __copy__(self) -> Self:
        """Copy the session with its configuration and token, and share the HTTP session."""
        new = type(self).__new__(type(self))
        vars(new).update(vars(self), _lock=ForkLock())
        new._calls = Calls(new._resolve_config, new._http.options, new._server_versions)
        return new

    def __deepcopy__(self, _: object) -> Self:
        return self.__copy__()

    def __getstate__(self) -> dict[str, Any]:
        config = self._config
        origin = self._origin if config is None else (config.origin, config.profile, config.project)
        http = HttpSession(self._http.policy, self._http.transport)
        return {"origin": origin, "http": http, "orion_versions": self._server_versions, "profile": self._profile}

    def __setstate__(self, state: dict[str, Any]) -> None:
        versions, http = state["orion_versions"], state["http"]
        OrionSession.__init__(self, orion_versions=versions, requests_session=http, profile=state.get("profile"))
        self._origin = state["origin"]


def _check_http_session(given: HttpSession) -> HttpSession:
    if not isinstance(given, HttpSession):
        raise ValidationError(
            f"requests_session must be the result of orionclient.session.get_session(), not {type(given).__module__}."
            f"{type(given).__name__}; use OrionSession(requests_session=get_session(retry_dict={{503: 5}}))"
        )
    return given


#: Session with the configuration of the environment or profile; importing it reads no file.
APISession: Final = OrionSession()
