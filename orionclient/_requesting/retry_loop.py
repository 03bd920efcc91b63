"""Sends requests: retries, redirects, rate limiting and deadlines, shared by a synchronous and an asynchronous driver."""

from __future__ import annotations

import json
import logging
import math
import os
from collections import deque
from collections.abc import Callable, Generator
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from attrs import Factory, define, evolve, frozen
from orion_api._shared import find_header_problem

from orionclient._requesting.limits import RateLimiter, RetryQuota, get_limiter
from orionclient._requesting.retry import (
    INTERACTIVE_RETRIES,
    PROMPT_SECONDS,
    CallState,
    Outcome,
    Policy,
    compute_wait,
    count_allowed_retries,
    may_have_been_applied,
    record_retry,
    retry_after_seconds,
    retry_cost,
    was_applied,
)
from orionclient._runtime.cancellation import wait
from orionclient._runtime.clock import CLOCK
from orionclient._transport.checks import find_range_problem, is_loopback, is_success, parse_origin, resolve_url
from orionclient._transport.request import PreparedRequest
from orionclient._transport.response import AsyncResponse, Failure, FailureKind, Headers, Response
from orionclient._version import __version__
from orionclient.config import LOCAL_PROFILE, in_orion
from orionclient.exceptions import CallInfo, OrionConnectionError, OrionTimeout, ValidationError

if TYPE_CHECKING:
    from orionclient._transport.async_exchange import AsyncConnections
    from orionclient._transport.transports import TransportAdapter
    from orionclient.config import SessionConfig

_log = logging.getLogger("orionclient")
_MAX_REDIRECTS: Final = 5
# Headers that are forwarded to another origin: those that the content depends on, and those that identify the client and the request.
_FORWARDED_HEADERS: Final = frozenset(
    {"accept", "accept-encoding", "idempotency-key", "if-range", "range", "user-agent", "x-attempt", "x-request-id"}
)
# These redirects keep method and body; after the others the request becomes a GET.
_METHOD_PRESERVING: Final = frozenset({307, 308})
_REDIRECTS: Final = _METHOD_PRESERVING | {301, 302, 303}
# The local Orion sends it with a 404.
_REPLICAS_HEADER: Final = "X-Orion-Replicas"
_NO_REPLICAS: Final = "not retried, since the local Orion has no replicas"
_READ_METHODS: Final = frozenset({"GET", "HEAD"})
AnyResponse = Response | AsyncResponse


@frozen
class AttemptInfo:
    """Result of one attempt, for metrics and tests.

    Attributes:
        call: The call: action, number of attempts, seconds since the first attempt, request id.
        retry_class: ``read``, ``write``, ``create``, or ``keyed`` if the server accepts idempotency keys.
        status: Status of the response; None if there was none.
        failure: ``connect``, ``proxy``, ``tls``, ``timeout``, ``lost``, ``protocol`` or ``redirect`` if the attempt failed without
            a usable response; otherwise None.
        wait: Seconds until the next attempt; None if this was the last one.
    """

    call: CallInfo
    retry_class: str
    status: int | None
    failure: FailureKind | None
    wait: float | None


@define
class CallOptions:
    """Options for the calls of a session.

    Attributes:
        policy: Retry policy.
        quota: Retry quota of the session.
        on_attempt: Callback for every attempt; an exception that it raises ends the call.
        transport: Transport of the caller; None for pooled connections.
        retry_timeout: Seconds in which a retry may begin, if shorter than that of the policy.
    """

    policy: Policy
    quota: RetryQuota = Factory(RetryQuota)
    on_attempt: Callable[[AttemptInfo], None] | None = None
    transport: TransportAdapter | None = None
    retry_timeout: float = math.inf


@frozen
class Wait:
    """Step of the retry loop: wait before the next attempt.

    Attributes:
        seconds: Duration in seconds.
    """

    seconds: float


@frozen
class Discard:
    """Step of the retry loop: close a response that will not be read.

    Attributes:
        response: The response.
    """

    response: AnyResponse


Step = PreparedRequest | Wait | Discard
Flow = Generator[Step, AnyResponse | Failure | None, AnyResponse]


def with_timeouts(options: CallOptions, *, request_timeout: float, retry_timeout: float | None = None) -> CallOptions:
    """Override the timeouts for one call; quota and callback stay shared.

    Args:
        options: Options of the session.
        request_timeout: Seconds per attempt.
        retry_timeout: Seconds for all attempts and waits together. Defaults to the session's.

    Returns:
        The options of the call.
    """
    total = options.policy.retry_timeout if retry_timeout is None else retry_timeout
    policy = evolve(options.policy, request_timeout=request_timeout, retry_timeout=total)
    return evolve(options, policy=policy)


# Random ids are drawn in batches, since every call of os.urandom releases the GIL.
_RANDOM_HEX: Final[deque[str]] = deque()
if hasattr(os, "register_at_fork"):
    # Otherwise a forked child would use the same ids as its parent.
    os.register_at_fork(after_in_child=_RANDOM_HEX.clear)


def _random_hex() -> str:
    """Draw 64 random bits, in hexadecimal."""
    while True:
        try:
            return _RANDOM_HEX.popleft()
        except IndexError:
            batch = os.urandom(8 * 64).hex()
            _RANDOM_HEX.extend(batch[start : start + 16] for start in range(0, len(batch), 16))


class RetryLoop:
    """One call over all its attempts, without I/O: `steps` yields what the driver has to do and receives the results.

    Args:
        request: The request.
        options: Options of the call.
        config: Configuration whose token is sent to its own origin; None to send no token.

    Raises:
        ValidationError: The URL or a header is not valid.
    """

    def __init__(self, request: PreparedRequest, options: CallOptions, config: SessionConfig | None) -> None:
        if problem := find_header_problem(request.headers):
            raise ValidationError(problem)
        self._request, self._options, self._config = request, options, config
        self._origin = request.origin
        # The origin of the last redirect.
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
        """Run the call as a generator.

        Yields:
            The next step of the driver: an attempt, whose result it sends back, a wait, or a response to close.

        Returns:
            The response, with any status.

        Raises:
            OrionConnectionError: No response was received.
            OrionTimeout: No response was received within the timeout.
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
                    kind = OrionTimeout if response.kind == "timeout" else OrionConnectionError
                    error = kind(self._name_server(response)).with_hints(*self._hints(response))
                    raise error.with_call(self._call(outcome)) from response.cause
                return response
            self._log_retry(outcome, wait)
            if not isinstance(response, Failure):
                yield Discard(response)
            yield Wait(wait)

    def _log_retry(self, outcome: Outcome, wait: float) -> None:
        action, reason = self._request.action, outcome.failure or outcome.status
        if reason == 404:
            # Retries of a 404 are the rule and not a problem of the service: one line for all of them.
            if self._state.retries[404] == 1:
                count = count_allowed_retries(self._options.policy, self._retry_class, outcome)
                level = logging.WARNING if count > INTERACTIVE_RETRIES else logging.INFO
                _log.log(level, "%s: 404, retrying up to %d times", action, count)
        elif wait >= 1:
            _log.warning("%s: %s, retrying in %.1f s", action, reason, wait)

    def _hints(self, failure: Failure) -> tuple[str, ...]:
        config = self._config
        if failure.kind != "connect" or config is None or config.profile != LOCAL_PROFILE:
            return ()
        if config.origin != self._final_origin or not is_loopback(config.origin[1]):
            return ()
        return ("the local Orion of this profile is not running; start it with: ocli local start",)

    def _attempt(self, timeout: float) -> Generator[Step, AnyResponse | Failure | None, AnyResponse | Failure]:
        """Send one attempt and follow its redirects."""
        request, url, left = self._request, self._request.url, timeout
        for _ in range(_MAX_REDIRECTS + 1):
            self._final_origin = parse_origin(url)
            response, spent = yield from self._hop(url, left)
            # The timeout does not limit how long a streamed body takes to upload, on redirects neither.
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
        """Send the request to one URL, with the rate limiter of its origin; return the result and the elapsed seconds."""
        request, config, origin = self._request, self._config, self._final_origin
        sent = dict(self._headers)
        if origin != self._origin:
            # Headers that the caller passed, for example to get_session().get(...), are meant for the first origin only.
            sent = {name: value for name, value in sent.items() if _is_forwarded(name)}
        # The only line of this package that sends the token.
        if config is not None and config.token and origin == config.origin and request.authenticate:
            sent["Authorization"] = config.authorization
        limiter, operation = get_limiter(origin), request.operation or request.method
        yield from _wait_for_turn(limiter, operation, self._deadline)
        started = CLOCK.monotonic()
        response = yield evolve(request, url=url, headers=sent, timeout=max(min(left, self._deadline - started), 0.001))
        now = CLOCK.monotonic()
        if response is None or isinstance(response, Failure):
            return response or Failure("protocol", "the driver returned no result"), now - started
        if response.status_code == 429:
            requested = retry_after_seconds(response.headers.get("retry-after"), CLOCK.time())
            limiter.record_rejected(operation, started, now, requested)
        else:
            limiter.record_served(operation, now)
        if request.method == "GET" and not any(name.lower() == "range" for name in sent):
            # A caller that requests a range checks the response itself; any other caller would take the range for the whole content.
            problem = find_range_problem(None, response.status_code, response.headers)
            if problem is not None:
                yield Discard(response)
                return Failure("protocol", problem, status=response.status_code), now - started
        return response, now - started

    def _redirect(self, response: AnyResponse, url: str) -> str | Failure | None:
        """Return the URL to follow, a failure if the redirect is not allowed, or None if the response is not a redirect to follow."""
        request, reads = self._request, self._request.method in _READ_METHODS
        target = response.headers.get("location")
        followed = _REDIRECTS if reads else _METHOD_PRESERVING
        if (
            response.status_code not in followed
            or target is None
            or (request.body is not None and not request.body.replayable)
        ):
            return None
        if isinstance(response.headers, Headers) and "location" in response.headers.conflicts:
            return Failure("redirect", "redirect not followed: the server sent several Location headers that differ")
        try:
            url = resolve_url(url, target)
        except ValidationError as error:
            return Failure("redirect", f"redirect not followed: the server sent an {error}")
        origin = parse_origin(url)
        if request.confidential and origin != self._origin:
            return None
        # Reading over unencrypted http is safe on the loopback interface; a body is never sent unencrypted.
        local = reads and is_loopback(origin[1])
        before, scheme = self._final_origin[0], origin[0]
        if scheme != before and (request.is_foreign or (scheme == "http" and not local)):
            kind = "unencrypted http" if scheme == "http" else scheme
            return Failure("redirect", f"redirect not followed: it leads from {before} to {kind}")
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
        if status == 404:
            from orionclient._runtime.interactive import is_interactive  # noqa: PLC0415 - rarely needed

            is_final = request.is_foreign or response.headers.get(_REPLICAS_HEADER) == "0"
            at_prompt = not is_final and is_interactive() and not in_orion() and _is_problem(response)
            return Outcome(status, None, response.headers.get("retry-after"), is_final, at_prompt)
        return Outcome(status, None, response.headers.get("retry-after"))

    @property
    def _retry_class(self) -> str:
        keyed = self._request.retry_class == "keyed"
        return "create" if keyed and self._final_origin not in _KEYED_ORIGINS else self._request.retry_class

    def _name_server(self, failure: Failure) -> str:
        """Return the message of a failure; that of a failed connection with host and port."""
        if failure.kind != "connect":
            return failure.message
        host = urlsplit(self._request.url).netloc.rpartition("@")[2]
        return failure.message.replace("the server", f"the server {host}", 1)

    def _call(self, outcome: Outcome) -> CallInfo:
        return CallInfo(
            action=self._request.action,
            attempts=self._state.attempts,
            elapsed=CLOCK.monotonic() - self._started,
            request_id=self._headers["X-Request-Id"],
            # A rejected attempt does not undo the attempts before it.
            may_have_been_applied=self._state.maybe_applied or may_have_been_applied(self._retry_class, outcome),
            maybe_applied_earlier=self._state.maybe_applied,
            applied=self._state.applied or was_applied(self._retry_class, outcome),
            secrets=(self._config.token,) if self._config and self._config.token else (),
            note=_NO_REPLICAS if self._is_shortened(outcome) else "",
        )

    def _is_shortened(self, outcome: Outcome) -> bool:
        """Return whether a 404 would be retried if the server had replicas."""
        if not outcome.is_final or self._request.is_foreign or self._options.policy.retry_dict is not None:
            return False
        return count_allowed_retries(self._options.policy, self._retry_class, evolve(outcome, is_final=False)) > 0

    def _decide(self, response: AnyResponse | Failure, outcome: Outcome) -> float | None:
        """Decide whether and when to retry, and call `on_attempt`."""
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
            # An earlier attempt, whose response was lost, has most likely deleted the resource.
            return None
        deadline = min(self._deadline, self._started + self._options.retry_timeout)
        if outcome.at_prompt and policy.retry_dict is None:
            deadline = min(deadline, self._started + PROMPT_SECONDS)
        wait = compute_wait(
            policy,
            state,
            outcome,
            self._retry_class,
            remaining=deadline - CLOCK.monotonic(),
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


def _is_problem(response: AnyResponse) -> bool:
    """Return whether an error response has a JSON body of Orion (its form is assumed), and not one of a proxy or load balancer."""
    if "json" not in response.headers.get("content-type", "").lower():
        return False
    try:
        body = json.loads(response.content or b"")
    except (ValueError, RecursionError):
        return False
    return isinstance(body, dict) and isinstance(body.get("detail"), str)


def _is_forwarded(header: str) -> bool:
    name = header.lower()
    # Content headers describe the body, which is forwarded, too.
    return name in _FORWARDED_HEADERS or name.startswith("content-")


# Origins that accept idempotency keys, learned from the headers of their responses.
_KEYED_ORIGINS: Final[set[tuple[str, str, int]]] = set()


def _wait_for_turn(limiter: RateLimiter, operation: str, deadline: float) -> Generator[Step, Any, None]:
    """Wait for the rate limiter; if that would exceed the deadline, send immediately."""
    while 0 < (seconds := limiter.reserve(operation, now := CLOCK.monotonic())) < deadline - now:
        yield Wait(seconds)
        if not limiter.is_stale(operation, now):
            return


def send(request: PreparedRequest, options: CallOptions, config: SessionConfig | None) -> Response:
    """Run a call in this thread.

    Args:
        request: The request.
        options: Options of the call.
        config: Configuration whose token is sent to its own origin; None to send no token.

    Returns:
        The response, with any status; open if `request.keep_open` is true.

    Raises:
        OrionConnectionError: No response was received.
        OrionTimeout: No response was received within the timeout.
    """
    # The HTTP library is imported by the first request, not with the session.
    from orionclient._transport.exchange import Settings, transmit  # noqa: PLC0415

    flow = RetryLoop(request, options, config).steps()
    result: Response | Failure | None = None
    while True:
        try:
            step = flow.send(result)
        except StopIteration as stop:
            response: Response = stop.value
            return response
        result = None
        if isinstance(step, PreparedRequest):
            result = transmit(step, Settings.from_config(config), options.transport)
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
    """Run a call in an event loop.

    Args:
        request: The request.
        options: Options of the call.
        config: Configuration whose token is sent to its own origin; None to send no token.
        connections: Pooled connections; None opens a connection for this call.

    Returns:
        The response, with any status.

    Raises:
        OrionConnectionError: No response was received.
        OrionTimeout: No response was received within the timeout.
    """
    from orionclient._transport.async_exchange import sleep_async, transmit_async  # noqa: PLC0415
    from orionclient._transport.pool import Settings  # noqa: PLC0415

    flow = RetryLoop(request, options, config).steps()
    result: AsyncResponse | Failure | None = None
    while True:
        try:
            step = flow.send(result)
        except StopIteration as stop:
            response: AsyncResponse = stop.value
            return response
        result = None
        if isinstance(step, PreparedRequest):
            result = await transmit_async(step, Settings.from_config(config), connections, options.transport)
        elif isinstance(step, Wait):
            await sleep_async(step.seconds)
        elif isinstance(step.response, AsyncResponse):
            await step.response.aclose()
