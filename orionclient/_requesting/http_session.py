"""HttpSession: an HTTP session with retries for any URL, which also carries the retry policy of an OrionSession."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final, Self

from orionclient import _transfer
from orionclient._requesting.retry_loop import AttemptInfo, CallOptions, send, with_timeouts
from orionclient._resources.json_values import encode_json
from orionclient._transport.checks import encode_url, parse_origin
from orionclient._transport.request import Body, Payload, PreparedRequest, encode_form
from orionclient._transport.transports import TransportAdapter
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    import os
    from types import TracebackType
    from typing import BinaryIO

    from orionclient._requesting.retry import Policy
    from orionclient._transfer.progress import Progress
    from orionclient._transfer.sources import Source
    from orionclient._transport.response import Response
    from orionclient._transport.transports import AsyncTransport, Transport

# Attributes of a session of requests, and where the setting is.
_ELSEWHERE: Final = {
    **dict.fromkeys(
        ("auth", "cookies"), "an OrionSession sends the token of its configuration; pass others as headers"
    ),
    **dict.fromkeys(("verify", "cert"), "set verify, ca_file and so on in the profile"),
    **dict.fromkeys(("proxies", "trust_env"), "set proxy in the profile, or the proxy variables of the environment"),
    **dict.fromkeys(("mount", "adapters", "get_adapter"), "pass transport= to get_session"),
    **dict.fromkeys(("params", "stream", "hooks", "max_redirects"), "pass params= and stream= to the request"),
    "send": "use request()",
}
_RETRY_CLASS_OF: Final = {"GET": "read", "HEAD": "read", "OPTIONS": "read", "PUT": "write", "DELETE": "write"}


class HttpSession:
    """An HTTP session for any URL, with retries and timeouts and without a token.

    Returned by `get_session`. Pass it to `OrionSession(requests_session=...)` to set the retry policy, or use it on its own. It has the
    methods and `headers` of a session of requests; reading or setting another of its attributes is an error that says what to use.

    Args:
        policy: Retry policy.
        transport: Transport that sends the requests, as for `get_session`. Optional.

    Attributes:
        options: Options of the calls: retry policy, retry quota, callback and transport.
        headers: Headers of every request that is sent with this session itself.
    """

    def __init__(self, policy: Policy, transport: Transport | AsyncTransport | None = None) -> None:
        adapter = None if transport is None else TransportAdapter(transport)
        self.options: CallOptions = CallOptions(policy, transport=adapter)
        self.headers: dict[str, str] = {}

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> Any:
            raise AttributeError(_explain_missing(name))

        def __setattr__(self, name: str, value: Any) -> None:
            if name in _ELSEWHERE:
                raise AttributeError(_explain_missing(name))
            super().__setattr__(name, value)

    @property
    def policy(self) -> Policy:
        """Retry policy."""
        return self.options.policy

    @property
    def transport(self) -> Transport | AsyncTransport | None:
        """Transport that sends the requests; None for pooled connections."""
        return None if self.options.transport is None else self.options.transport.transport

    @property
    def on_attempt(self) -> Callable[[AttemptInfo], None] | None:
        """Callback for every attempt, for logs and metrics; None if none. An exception that it raises ends the call.

        Example:
            >>> from orionclient.session import OrionSession, get_session
            >>> http = get_session()
            >>> attempts = []
            >>> http.on_attempt = attempts.append
            >>> watched = OrionSession(session.config, requests_session=http)
            >>> watched.get_user_profile().username
            'ada'
            >>> attempts[0].status, attempts[0].call.attempts, attempts[0].wait
            (200, 1, None)
        """
        return self.options.on_attempt

    @on_attempt.setter
    def on_attempt(self, on_attempt: Callable[[AttemptInfo], None] | None) -> None:
        self.options.on_attempt = on_attempt

    def request(
        self,
        method: str,
        url: str,
        *,
        params: Mapping[str, Any] | Iterable[tuple[str, Any]] | None = None,
        data: Payload | Mapping[str, Any] | str | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        stream: bool = False,
    ) -> Response:
        """Send one request.

        Args:
            method: HTTP method.
            url: Absolute URL.
            params: Query parameters, as a mapping or pairs; a list adds one parameter per value, None omits it.
            data: Body: bytes, a string, a binary file, an iterable of bytes, or a mapping to be sent as a form.
            json: Body: any JSON-serializable value.
            headers: Headers of this request.
            timeout: Seconds per attempt. Defaults to the session's.
            stream: True leaves the response open for `iter_content`.

        Returns:
            The response, with any status.

        Raises:
            OrionConnectionError: No response was received, or a byte range in response to a GET request without `Range`.
            OrionTimeout: No response was received within the timeout.
            ValidationError: The URL or a header is not valid.
        """
        url = encode_url(url)
        parse_origin(url)
        own: dict[str, str] = {}
        body: Body | None = None
        if json is not None:
            body, own["Content-Type"] = Body(encode_json("json", json)), "application/json"
        elif isinstance(data, Mapping):
            body, own["Content-Type"] = Body(encode_form(data).encode()), "application/x-www-form-urlencoded"
        elif data is not None:
            body = Body(_utf8(data) if isinstance(data, str) else data)
        if params:
            pairs: Any = params.items() if isinstance(params, Mapping) else params
            given: list[tuple[str, Any]] = [(name, value) for name, value in pairs if value is not None]
            url = f"{url}{'&' if '?' in url else '?'}{encode_form(given)}"
        method = method.upper()
        out = PreparedRequest(
            method=method,
            url=url,
            action=f"{method} {url.partition('?')[0]}",
            retry_class=_RETRY_CLASS_OF.get(method, "create"),
            headers={**self.headers, **own, **(headers or {})},
            body=body,
            stream=stream,
            keep_open=stream,
        )
        options = self.options if timeout is None else with_timeouts(self.options, request_timeout=timeout)
        return send(out, options, None)

    def get(self, url: str, **options: Any) -> Response:
        """Send a GET request; see `request`.

        Args:
            url: Absolute URL.
            **options: As for `request`.

        Returns:
            The response, with any status.
        """
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Any) -> Response:
        """Send a HEAD request; see `request`.

        Args:
            url: Absolute URL.
            **options: As for `request`.

        Returns:
            The response, with any status.
        """
        return self.request("HEAD", url, **options)

    def post(self, url: str, **options: Any) -> Response:
        """Send a POST request, which is retried only if it was certainly not applied; see `request`.

        Args:
            url: Absolute URL.
            **options: As for `request`.

        Returns:
            The response, with any status.
        """
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Any) -> Response:
        """Send a PUT request; see `request`.

        Args:
            url: Absolute URL.
            **options: As for `request`.

        Returns:
            The response, with any status.
        """
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: Any) -> Response:
        """Send a PATCH request, which is retried only if it was certainly not applied; see `request`.

        Args:
            url: Absolute URL.
            **options: As for `request`.

        Returns:
            The response, with any status.
        """
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Any) -> Response:
        """Send a DELETE request; see `request`.

        Args:
            url: Absolute URL.
            **options: As for `request`.

        Returns:
            The response, with any status.
        """
        return self.request("DELETE", url, **options)

    def download_to_file(
        self,
        url: str,
        filename: str | os.PathLike[str] | BinaryIO,
        *,
        headers: Mapping[str, str] | None = None,
        progress: Callable[[Progress], object] | None = None,
        durable: bool = True,
        workers: int = 1,
    ) -> None:
        """Download a URL to a file, atomically: the path holds the old file or the complete new one.

        For URLs that need no token, for example presigned URLs. The size, and the digest if the server sends one, are verified. An
        interrupted download leaves ``.NAME.part`` next to the path, and the next download resumes it.

        Args:
            url: Absolute URL.
            filename: Path of the file; an existing file is replaced. A symbolic link is followed: its target is replaced or created.
                Pipes and devices are written to directly. Or an open binary file, which is incomplete if this raises.
            headers: Headers of the requests.
            progress: Called with the `Progress`, at most every 0.1 s and at the end; an exception that it raises ends the download.
            durable: False does not flush the file to the disk, which is faster for many small files.
            workers: Number of concurrent byte-range requests for 64 MiB and more, if the server supports byte ranges.

        Raises:
            NotEnoughDiskError: There is not enough disk space.
            OrionConnectionError: The download is incomplete or damaged.
            OrionError: The request failed.
            OSError: The path cannot be written, for example a folder or a pipe without a reader; no request was sent.

        Example:
            >>> from orionclient.session import get_session
            >>> get_session().download_to_file(f"{session.config.url}/api/versions/", "versions.json")
        """

        def ask(requested: Mapping[str, str]) -> Response:
            given = {"Accept-Encoding": "identity", **(headers or {}), **requested}
            response = self.get(url, headers=given, stream=True)
            if response.status_code not in {200, 206}:
                with response:
                    raise response.error()
            return response

        # The query of a presigned URL grants access and does not identify the object.
        _transfer.downloads.save(
            ask, filename, what=url.partition("?")[0], callback=progress, durable=durable, workers=workers
        )

    def upload_file(
        self,
        url: str,
        filename: Source,
        *,
        headers: Mapping[str, str] | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> Response:
        """Upload a file to a URL by PUT.

        For URLs that need no token, for example presigned URLs.

        Args:
            url: Absolute URL.
            filename: Path of the file, its bytes, a binary file that is sent from its current position, or an iterable of bytes.
            headers: Headers of the request.
            progress: Called with the `Progress`, at most every 0.1 s and at the end; an exception that it raises ends the upload.

        Returns:
            The successful response.

        Raises:
            OSError: The path cannot be read; nothing was sent.
            ValidationError: The source changed while it was sent.
            OrionError: The request failed.
        """
        with _transfer.sources.open_source(filename) as source:
            meter = _transfer.progress.Meter(
                source.name or url.partition("?")[0].rpartition("/")[2], source.size, progress
            )
            given = {**self.headers, "Content-Type": "application/octet-stream", **(headers or {})}
            body = Body(source.slice(meter=meter))
            out = PreparedRequest(
                method="PUT", url=encode_url(url), action=f"PUT {url.partition('?')[0]}", retry_class="write", headers=given, body=body,
                stream=True,
            )  # fmt: skip
            response = send(out, self.options, None)
            response.raise_for_status()
            source.check_unchanged()
            meter.finish()
        return response

    def close(self) -> None:
        """Do nothing: pooled connections are shared by all sessions and closed when idle, and a transport of the caller stays open."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"policy": self.policy, "headers": self.headers, "transport": self.options.transport}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.options = CallOptions(state["policy"], transport=state["transport"])
        self.headers = state["headers"]

    def __copy__(self) -> Self:
        """Share the transport, the retry quota and the callback."""
        new = type(self).__new__(type(self))
        vars(new).update(vars(self), headers=dict(self.headers))
        return new

    def __deepcopy__(self, _: object) -> Self:
        return self.__copy__()

    def __repr__(self) -> str:
        transport = "" if self.transport is None else f", transport={type(self.transport).__name__}"
        return f"HttpSession({self.policy!r}{transport})"


def _explain_missing(name: str) -> str:
    return f"HttpSession has no attribute {name!r}" + (f"; {_ELSEWHERE[name]}" if name in _ELSEWHERE else "")


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValidationError("cannot encode the body as UTF-8: it contains a lone surrogate") from None
