"""The session of get_session: the policy of a session, and requests to any address."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from json import dumps
from typing import TYPE_CHECKING, Any, Final, Self

from orionclient._messages import Body, Payload, Response, encode_form
from orionclient._retry_loop import AttemptInfo, CallOptions, PreparedRequest, send, with_timeouts
from orionclient.config import parse_origin
from orionclient.exceptions import ValidationError
from orionclient.transfer.downloads import save
from orionclient.transfer.progress import Meter
from orionclient.transfer.sources import open_source

if TYPE_CHECKING:
    import os
    from types import TracebackType
    from typing import BinaryIO

    from orionclient._retry import Policy
    from orionclient.transfer.progress import Progress
    from orionclient.transfer.sources import Source

_RETRY_CLASS_OF: Final = {"GET": "read", "HEAD": "read", "OPTIONS": "read", "PUT": "write", "DELETE": "write"}


class HttpSession:
    """A session for any address, with the retries and time-outs of Orion's and without its token.

    What `get_session` returns. Give it to `OrionSession(requests_session=...)` to bring its policy, or use it alone.

    Args:
        policy: How often and how long to try.

    Attributes:
        options: How often and how long to try, and what is left of the quota.
        headers: Headers that go with every request of this session when it is used alone.
    """

    def __init__(self, policy: Policy) -> None:
        self.options: CallOptions = CallOptions(policy)
        self.headers: dict[str, str] = {}

    @property
    def policy(self) -> Policy:
        """How often and how long to try."""
        return self.options.policy

    @property
    def on_attempt(self) -> Callable[[AttemptInfo], None] | None:
        """A function that is told of every attempt, for counters and metrics; None for none. What it raises ends the call.

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
        params: Mapping[str, Any] | None = None,
        data: Payload | Mapping[str, Any] | str | None = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        stream: bool = False,
    ) -> Response:
        """Send one request.

        Args:
            method: HTTP method.
            url: Absolute address.
            params: Query parameters; lists retry the name, None leaves one out.
            data: Body: bytes, text, a binary file, an iterable of bytes, or a mapping to send as a form.
            json: Body: anything that JSON can hold.
            headers: Headers of this request.
            timeout: Seconds for one attempt; the session's own without it.
            stream: True leaves the response open for `iter_content`.

        Returns:
            The response, of any status.

        Raises:
            OrionConnectionError: No response came, or a part of the content to a GET request without `Range`.
            OrionTimeout: No response came in time.
            ValidationError: The address or a header is not usable.
        """
        parse_origin(url)
        own: dict[str, str] = {}
        body: Body | None = None
        if json is not None:
            body, own["Content-Type"] = Body(dumps(json).encode()), "application/json"
        elif isinstance(data, Mapping):
            body, own["Content-Type"] = Body(encode_form(data).encode()), "application/x-www-form-urlencoded"
        elif data is not None:
            body = Body(_utf8(data) if isinstance(data, str) else data)
        if params:
            given = {name: value for name, value in params.items() if value is not None}
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
        return send(
            out, self.options if timeout is None else with_timeouts(self.options, request_timeout=timeout), None
        )

    def get(self, url: str, **options: Any) -> Response:
        """Send a GET request; see `request`.

        Args:
            url: Absolute address.
            **options: As for `request`.

        Returns:
            The response, of any status.
        """
        return self.request("GET", url, **options)

    def head(self, url: str, **options: Any) -> Response:
        """Send a HEAD request; see `request`.

        Args:
            url: Absolute address.
            **options: As for `request`.

        Returns:
            The response, of any status.
        """
        return self.request("HEAD", url, **options)

    def post(self, url: str, **options: Any) -> Response:
        """Send a POST request, retried only when it surely was not applied; see `request`.

        Args:
            url: Absolute address.
            **options: As for `request`.

        Returns:
            The response, of any status.
        """
        return self.request("POST", url, **options)

    def put(self, url: str, **options: Any) -> Response:
        """Send a PUT request; see `request`.

        Args:
            url: Absolute address.
            **options: As for `request`.

        Returns:
            The response, of any status.
        """
        return self.request("PUT", url, **options)

    def patch(self, url: str, **options: Any) -> Response:
        """Send a PATCH request, retried only when it surely was not applied; see `request`.

        Args:
            url: Absolute address.
            **options: As for `request`.

        Returns:
            The response, of any status.
        """
        return self.request("PATCH", url, **options)

    def delete(self, url: str, **options: Any) -> Response:
        """Send a DELETE request; see `request`.

        Args:
            url: Absolute address.
            **options: As for `request`.

        Returns:
            The response, of any status.
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
        """Write what lies at an address to a path, which holds the old file or the whole new one, never a part.

        For addresses that need no token, for example presigned ones. Size, and digest where one is announced, are checked; what a broken
        or killed download leaves lies beside the path as ``.NAME.part``, and the next one resumes from there.

        Args:
            url: Absolute address.
            filename: The path; an existing file is replaced. A link is followed and stays: the file that it names is replaced, or made. A
                pipe or device is written to as it is. Or an open binary file, which holds a part if this raises.
            headers: Headers of the requests.
            progress: Called with the `Progress`, at most every 0.1 s and at the end; what it raises ends the download.
            durable: False leaves it to the system when the file is on the disk: faster for many small files.
            workers: Streams at once for 64 MiB and more, where the server sends chunks.

        Raises:
            NotEnoughDiskError: The disk has no room.
            OrionConnectionError: The content did not arrive whole.
            OrionError: The server rejected, or no good response came.
            OSError: The path cannot be written, for example a folder or a pipe that nobody reads from; nothing was asked for.

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

        # What follows the question mark is the permission, not the object.
        save(ask, filename, what=url.partition("?")[0], callback=progress, durable=durable, workers=workers)

    def upload_file(
        self,
        url: str,
        filename: Source,
        *,
        headers: Mapping[str, str] | None = None,
        progress: Callable[[Progress], object] | None = None,
    ) -> Response:
        """Send a file to an address by PUT.

        For addresses that need no token, for example presigned ones.

        Args:
            url: Absolute address.
            filename: Path of the file, its bytes, a binary file that is sent from where it stands, or an iterable of bytes.
            headers: Headers of the request.
            progress: Called with the `Progress`, at most every 0.1 s and at the end; what it raises ends the upload.

        Returns:
            The response, of a good status.

        Raises:
            OSError: The path cannot be read; nothing was sent.
            ValidationError: The source changed while it was sent.
            OrionError: The server rejected, or no good response came.
        """
        with open_source(filename) as source:
            meter = Meter(source.name or url.partition("?")[0].rpartition("/")[2], source.size, progress)
            given = {**self.headers, "Content-Type": "application/octet-stream", **(headers or {})}
            body = Body(source.slice(meter=meter))
            out = PreparedRequest(
                method="PUT", url=url, action=f"PUT {url.partition('?')[0]}", retry_class="write", headers=given, body=body, stream=True
            )  # fmt: skip
            response = send(out, self.options, None)
            response.raise_for_status()
            source.check_unchanged()
            meter.finish()
        return response

    def close(self) -> None:
        """Do nothing: connections are shared by the process and close when they are idle."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    def __getstate__(self) -> dict[str, Any]:
        return {"policy": self.policy, "headers": self.headers}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.options = CallOptions(state["policy"])
        self.headers = state["headers"]

    def __repr__(self) -> str:
        return f"HttpSession({self.policy!r})"


def _utf8(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        raise ValidationError("cannot encode the body as UTF-8: it contains a lone surrogate") from None
