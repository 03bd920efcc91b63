"""The one place where requests leave: origin rule, deadline, retries, redirects; once for two drivers, sync and async."""

from __future__ import annotations

import logging
import os
import re
from collections import deque
from collections.abc import Callable, Generator, Mapping
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urljoin

from attrs import Factory, define, evolve, frozen

from orionclient._cancellation import wait
from orionclient._clock import CLOCK
from orionclient._limits import RateLimiter, RetryQuota, get_limiter
from orionclient._messages import AsyncResponse, Attempt, Body, Failure, FailureKind, Response, is_success
from orionclient._ranges import find_range_problem
from orionclient._retry import (
    CallState,
    Outcome,
    Policy,
    compute_wait,
    may_have_been_applied,
    record_retry,
    retry_after_seconds,
    retry_cost,
    was_applied,
)
from orionclient._version import __version__
from orionclient.config import SessionConfig, is_loopback, parse_origin
from orionclient.exceptions import CallInfo, OrionConnectionError, OrionTimeout, ValidationError

if TYPE_CHECKING:
    from orionclient._http import AsyncConnections

_log = logging.getLogger("orionclient")
_MAX_REDIRECTS: Final = 5
_LINE_BREAKS: Final = re.compile(r"[\r\n\0]")
# What another server gets of the headers: what the content depends on, and who asks.
_FORWARDED_HEADERS: Final = frozenset(
    {"accept", "accept-encoding", "idempotency-key", "if-range", "range", "user-agent", "x-attempt", "x-request-id"}
)
# These ask for the same request again at another address; after the others it is a GET, whatever it was.
_METHOD_PRESERVING: Final = frozenset({307, 308})
_REDIRECTS: Final = _METHOD_PRESERVING | {301, 302, 303}
_READ_METHODS: Final = frozenset({"GET", "HEAD"})
AnyResponse = Response | AsyncResponse


@frozen(kw_only=True)
class PreparedRequest:
    """A request before it is tried.

    Attributes:
        method: HTTP method.
        url: Absolute address.
        action: What is attempted, for messages.
        operation: Id of the operation in the contract; empty where it has none. Limits of the server are learned by it, or by the method.
        retry_class: ``read``, ``write``, ``create`` or ``keyed``.
        headers: Headers of this request.
        body: The body; None for none.
        stream: True for content of any size, in either direction: the time-out then bounds every wait without progress.
        keep_open: True leaves a good response open, for its content to be read chunk by chunk.
        is_incomplete: Tells whether the body of a good response is cut or garbled; such a response counts as lost. None to take any.
        authenticate: False sends no token, wherever it goes: for presigned addresses, on which the profile's settings hold all the same.
        confidential: True for a body that must not be redirected to another origin.
    """

    method: str
    url: str
    action: str
    operation: str = ""
    retry_class: str = "read"
    headers: Mapping[str, str] = {}
    body: Body | None = None
    stream: bool = False
    keep_open: bool = False
    is_incomplete: Callable[[AnyResponse], bool] | None = None
    authenticate: bool = True
    confidential: bool = False


@frozen
class AttemptInfo:
    """What came of one attempt, for counters and tests.

    Attributes:
        call: What is attempted, the number of the attempt, the seconds since the first, the request's identifier.
        retry_class: ``read``, ``write``, ``create``, or ``keyed`` where the server takes idempotency keys.
        status: Status of the response; None where there was none.
        failure: ``connect``, ``proxy``, ``tls``, ``timeout``, ``lost``, ``protocol`` or ``redirect`` where the attempt failed without
            a good response.
        wait: Seconds until the next attempt; None where this was the last.
    """

    call: CallInfo
    retry_class: str
    status: int | None
    failure: FailureKind | None
    wait: float | None


@define
class CallOptions:
    """How the calls of a session are made.

    Attributes:
        policy: How often and how long to try.
        quota: What the session may spend on retries.
        on_attempt: Told of every attempt; what it raises ends the call.
    """

    policy: Policy
    quota: RetryQuota = Factory(RetryQuota)
    on_attempt: Callable[[AttemptInfo], None] | None = None


@frozen
class Wait:
    """A wait between two attempts.

    Attributes:
        seconds: How long.
    """

    seconds: float


@frozen
class Discard:
    """A response that nobody will read, to be closed.

    Attributes:
        response: The response.
    """

    response: AnyResponse


Step = Attempt | Wait | Discard
Flow = Generator[Step, AnyResponse | Failure | None, AnyResponse]


def with_timeouts(options: CallOptions, *, request_timeout: float, retry_timeout: float | None = None) -> CallOptions:
    """Change the times of a policy for one call; quota and observer stay shared.

    Args:
        options: The options of the session.
        request_timeout: Seconds for one attempt.
        retry_timeout: Seconds for all attempts and waits together; unchanged without it.

    Returns:
        The options of the call.
    """
    total = options.policy.retry_timeout if retry_timeout is None else retry_timeout
    policy = evolve(options.policy, request_timeout=request_timeout, retry_timeout=total)
    return CallOptions(policy, options.quota, options.on_attempt)


def check_headers(headers: Mapping[str, str]) -> None:
    """Reject headers that would end early on the wire.

    Args:
        headers: Names with their values.

    Raises:
        ValidationError: A name or value holds a line break or NUL, or is no ASCII text; the value is not shown.
    """
    for name, value in headers.items():
        text = f"{name}{value}"
        if _LINE_BREAKS.search(text):
            raise ValidationError(f"the header {name[:40]!r} holds a line break or NUL; its value is not shown")
        if not isinstance(value, str) or not text.isascii():
            raise ValidationError(f"the header {name[:40]!r} is no ASCII text; its value is not shown")


# Drawn ahead: asking the system for each would give the lock of Python away for each.
_RANDOM_HEX: Final[deque[str]] = deque()
if hasattr(os, "register_at_fork"):
    # A child that drew what its parent draws would be taken for its parent.
    os.register_at_fork(after_in_child=_RANDOM_HEX.clear)


def _random_hex() -> str:
    """Draw 64 bits at random, in hexadecimal."""
    while True:
        try:
            return _RANDOM_HEX.popleft()
        except IndexError:
            many = os.urandom(8 * 64).hex()
            _RANDOM_HEX.extend(many[start : start + 16] for start in range(0, len(many), 16))


class RetryLoop:
    """One call through all its attempts, without I/O: `steps` says what to do next and is told what came of it.

    Args:
        request: The request.
        options: How often and how long to try.
        config: Whose token to add where the origin is its own; None for none.

    Raises:
        ValidationError: The address or a header cannot be used.
    """

    def __init__(self, request: PreparedRequest, options: CallOptions, config: SessionConfig | None) -> None:
        check_headers(request.headers)
        self._request, self._options, self._config = request, options, config
        self._origin = parse_origin(request.url)
        # The origin that the last attempt was redirected to.
        self._final_origin = self._origin
        self._state = CallState()
        self._started = CLOCK.monotonic()
        self._deadline = self._started + options.policy.retry_timeout
        self._headers = {
            "User-Agent": f"orionclient/{__version__}",
            "X-Request-Id": _random_hex(),
            **({"Idempotency-Key": _random_hex() + _random_hex()} if request.retry_class == "keyed" else {}),
            **request.headers,
        }

    def steps(self) -> Flow:
        """Go through the call.

        Yields:
            What the driver has to do next: an attempt, to be responded with what came of it, a pause, a response to close.

        Returns:
            The response, of any status.

        Raises:
            OrionConnectionError: No response came.
            OrionTimeout: No response came in time.
        """
        timeout = self._options.policy.request_timeout
        while True:
            self._state.attempts += 1
            self._headers["X-Attempt"] = str(self._state.attempts)
            response = yield from self._attempt(timeout)
            outcome = self._outcome(response)
            wait = self._decide(response, outcome)
            if wait is None:
                if outcome.is_success:
                    self._options.quota.release(self._state.charged)
                if isinstance(response, Failure):
                    error = OrionTimeout if response.kind == "timeout" else OrionConnectionError
                    raise error(response.text).with_call(self._call(outcome)) from response.cause
                return response
            if wait >= 1:
                _log.warning(
                    "%s: %s, trying again in %.1f s", self._request.action, outcome.failure or outcome.status, wait
                )
            if not isinstance(response, Failure):
                yield Discard(response)
            yield Wait(wait)

    def _attempt(self, timeout: float) -> Generator[Step, AnyResponse | Failure | None, AnyResponse | Failure]:
        """Send once and follow redirects."""
        request, url, left = self._request, self._request.url, timeout
        for _ in range(_MAX_REDIRECTS + 1):
            self._final_origin = parse_origin(url)
            response, spent = yield from self._hop(url, left)
            # How long a body takes to be sent again is its own matter, as it was the first time.
            left -= 0.0 if request.stream and request.body is not None else spent
            target = None if isinstance(response, Failure) else self._redirect(response, url)
            if isinstance(response, Failure) or target is None:
                return response
            yield Discard(response)
            if isinstance(target, Failure):
                return target
            url = target
        return Failure("redirect", f"more than {_MAX_REDIRECTS} redirects")

    def _hop(
        self, url: str, left: float
    ) -> Generator[Step, AnyResponse | Failure | None, tuple[AnyResponse | Failure, float]]:
        """Send to one address, which decides about the token and has its own rate limiter; gives the seconds that it took, too."""
        request, config, origin = self._request, self._config, self._final_origin
        sent = dict(self._headers)
        if origin != self._origin:
            # What the caller of get_session().get(...) sent along was meant for the first address alone.
            sent = {name: value for name, value in sent.items() if _is_harmless(name)}
        # The only line of this package that lets the token out.
        if config is not None and config.token and origin == config.origin and request.authenticate:
            sent["Authorization"] = config.authorization
        limiter, operation = get_limiter(origin), request.operation or request.method
        yield from _wait_for_turn(limiter, operation, self._deadline)
        started = CLOCK.monotonic()
        response = yield Attempt(
            method=request.method,
            url=url,
            headers=sent,
            body=request.body,
            timeout=max(min(left, self._deadline - started), 0.001),
            stream=request.stream,
            keep_open=request.keep_open,
        )
        now = CLOCK.monotonic()
        if response is None or isinstance(response, Failure):
            return response or Failure("protocol", "the attempt came back without a result"), now - started
        if response.status_code == 429:
            requested = retry_after_seconds(response.headers.get("retry-after"), CLOCK.time())
            limiter.record_rejected(operation, started, now, requested)
        else:
            limiter.record_served(operation, now)
        if request.method == "GET" and not any(name.lower() == "range" for name in sent):
            # Whoever requests a range judges what comes; everybody else would take the part for the whole.
            problem = find_range_problem(None, response.status_code, response.headers)
            if problem is not None:
                yield Discard(response)
                return Failure("protocol", problem, status=response.status_code), now - started
        return response, now - started

    def _redirect(self, response: AnyResponse, url: str) -> str | Failure | None:
        """Where the request is to be sent again as it is; None where it is not."""
        request, reads = self._request, self._request.method in _READ_METHODS
        target = response.headers.get("location")
        followed = _REDIRECTS if reads else _METHOD_PRESERVING
        if (
            response.status_code not in followed
            or target is None
            or (request.body is not None and not request.body.replayable)
        ):
            return None
        try:
            url = urljoin(url, target)
            origin = parse_origin(url)
        except ValueError as error:
            return Failure("redirect", f"the response redirects to an address that is not followed: {error}")
        if request.confidential and origin != self._origin:
            return None
        # On this machine nobody listens to what is read; what is sent goes nowhere unencrypted.
        local = reads and is_loopback(origin[1])
        if origin[0] == "http" and self._final_origin[0] == "https" and not local:
            return Failure("redirect", "the response redirects from https to unencrypted http")
        return url

    def _outcome(self, response: AnyResponse | Failure) -> Outcome:
        if isinstance(response, Failure):
            return Outcome(response.status, response.kind)
        if "idempotency-keys" in response.headers.get("x-orion-features", ""):
            _KEYED_ORIGINS.add(self._final_origin)
        request, status = self._request, response.status_code
        if (
            is_success(status)
            and not request.keep_open
            and request.is_incomplete is not None
            and request.is_incomplete(response)
        ):
            return Outcome(status, "lost")
        return Outcome(status, None, response.headers.get("retry-after"))

    @property
    def _retry_class(self) -> str:
        keyed = self._request.retry_class == "keyed"
        return "create" if keyed and self._final_origin not in _KEYED_ORIGINS else self._request.retry_class

    def _call(self, outcome: Outcome) -> CallInfo:
        return CallInfo(
            action=self._request.action,
            attempts=self._state.attempts,
            elapsed=CLOCK.monotonic() - self._started,
            request_id=self._headers["X-Request-Id"],
            # A rejection says nothing of the attempts before it.
            may_have_been_applied=self._state.maybe_applied or may_have_been_applied(self._retry_class, outcome),
            maybe_applied_earlier=self._state.maybe_applied,
            applied=self._state.applied or was_applied(self._retry_class, outcome),
            secrets=(self._config.token,) if self._config and self._config.token else (),
        )

    def _decide(self, response: AnyResponse | Failure, outcome: Outcome) -> float | None:
        """Decide whether to try again and when, and tell who watches."""
        call = self._call(outcome)
        wait = None if outcome.is_success else self._next_wait(outcome)
        if not isinstance(response, Failure):
            response.call = call
        if self._options.on_attempt is not None:
            self._options.on_attempt(AttemptInfo(call, self._retry_class, outcome.status, outcome.failure, wait))
        self._state.maybe_applied = self._state.maybe_applied or call.may_have_been_applied
        self._state.applied = call.applied
        return wait

    def _next_wait(self, outcome: Outcome) -> float | None:
        request, policy, state = self._request, self._options.policy, self._state
        if request.body is not None and not request.body.replayable:
            return None
        if request.method == "DELETE" and outcome.status == 404 and state.maybe_applied:
            # An earlier attempt, whose response was lost, has most likely deleted it.
            return None
        wait = compute_wait(
            policy,
            state,
            outcome,
            self._retry_class,
            remaining=self._deadline - CLOCK.monotonic(),
            now=CLOCK.time(),
            uniform=CLOCK.uniform,
        )
        if wait is None:
            return None
        cost = retry_cost(policy, outcome)
        if not self._options.quota.acquire(cost):
            return None
        record_retry(state, outcome, wait, cost)
        return wait


def _is_harmless(header: str) -> bool:
    name = header.lower()
    # Those of the second kind describe the body, which is sent along.
    return name in _FORWARDED_HEADERS or name.startswith("content-")


# Servers that announced that they take idempotency keys, learned from any of their responses.
_KEYED_ORIGINS: Final[set[tuple[str, str, int]]] = set()


def _wait_for_turn(limiter: RateLimiter, operation: str, deadline: float) -> Generator[Step, Any, None]:
    """Wait as the rate limiter says; where that would pass the deadline, the last attempt is made at once."""
    while 0 < (held := limiter.reserve(operation, now := CLOCK.monotonic())) < deadline - now:
        yield Wait(held)
        if not limiter.is_stale(operation, now):
            return


def send(request: PreparedRequest, options: CallOptions, config: SessionConfig | None) -> Response:
    """Drive a call, waiting in this thread.

    Args:
        request: The request.
        options: How often and how long to try.
        config: Whose token to add where the origin is its own; None for none.

    Returns:
        The response, of any status; open where `request.keep_open` is true.

    Raises:
        OrionConnectionError: No response came.
        OrionTimeout: No response came in time.
    """
    # The HTTP library is loaded by the first request, not by importing the session.
    from orionclient import _http  # noqa: PLC0415

    flow = RetryLoop(request, options, config).steps()
    result: Response | Failure | None = None
    while True:
        try:
            step = flow.send(result)
        except StopIteration as stop:
            response: Response = stop.value
            return response
        result = None
        if isinstance(step, Attempt):
            result = _http.transmit(step, _http.Settings.from_config(config))
        elif isinstance(step, Wait):
            wait(step.seconds)
        elif isinstance(step.response, Response):
            step.response.close()


async def send_async(
    request: PreparedRequest,
    options: CallOptions,
    config: SessionConfig | None,
    connections: AsyncConnections | None = None,
) -> AsyncResponse:
    """Drive a call in an event loop.

    Args:
        request: The request.
        options: How often and how long to try.
        config: Whose token to add where the origin is its own; None for none.
        connections: Connections to use again; None opens one for this call.

    Returns:
        The response, of any status.

    Raises:
        OrionConnectionError: No response came.
        OrionTimeout: No response came in time.
    """
    from orionclient import _http  # noqa: PLC0415

    flow = RetryLoop(request, options, config).steps()
    result: AsyncResponse | Failure | None = None
    while True:
        try:
            step = flow.send(result)
        except StopIteration as stop:
            response: AsyncResponse = stop.value
            return response
        result = None
        if isinstance(step, Attempt):
            result = await _http.transmit_async(step, _http.Settings.from_config(config), connections)
        elif isinstance(step, Wait):
            await _http.sleep_async(step.seconds)
        elif isinstance(step.response, AsyncResponse):
            await step.response.aclose()
