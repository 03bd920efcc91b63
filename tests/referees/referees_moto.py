"""moto in server mode: S3 as somebody else understood it, with an ear at its door."""

from __future__ import annotations

import hashlib
import itertools
import os
import threading
import warnings
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple, Self

import boto3
from botocore.config import Config

with warnings.catch_warnings():
    # What other people's modules warn about when they load is not ours to mend.
    warnings.simplefilter("ignore")
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

_NUMBERS = itertools.count()


class ReceivedRequest(NamedTuple):
    """One request as it came in, and how it got a response."""

    method: str
    path: str
    headers: dict[str, str]
    status: int


class _Quiet(MotoRequestHandler):  # type: ignore[misc]
    # Presigned addresses are secrets for as long as they are good.
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class _Cut(Exception):
    """The connection is dropped here."""


class Moto:
    """The server in a thread; every request to it is kept."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._app = DomainDispatcherApplication(create_backend_app)
        self.requests: list[ReceivedRequest] = []
        self.cuts: list[int] = []
        self._server = make_server("127.0.0.1", 0, self._listen, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def _listen(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        headers = {
            name[5:].replace("_", "-").lower(): text for name, text in environ.items() if name.startswith("HTTP_")
        }

        def answered(status: str, *rest: Any) -> Any:
            self.requests.append(
                ReceivedRequest(environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, int(status[:3]))
            )
            return start_response(status, *rest)

        body: Iterable[bytes] = self._app(environ, answered)
        cut = self.cuts and environ["REQUEST_METHOD"] == "GET"
        return _shortened(body, self.cuts.pop(0)) if cut else body

    def bucket(self) -> Bucket:
        """Make an empty bucket."""
        self.cuts.clear()
        config = Config(signature_version="s3v4", s3={"addressing_style": "path"}, retries={"max_attempts": 0})
        client = boto3.client(
            "s3",
            endpoint_url=self.url,
            region_name="us-east-1",
            aws_access_key_id="an-id",
            aws_secret_access_key="a-key",
            config=config,
        )
        name = f"bucket-{os.getpid()}-{next(_NUMBERS)}"
        client.create_bucket(Bucket=name)
        self.requests.clear()
        return Bucket(self, client, name)


def _shortened(body: Iterable[bytes], count: int) -> Iterator[bytes]:
    """Send so many bytes of a body and drop the connection."""
    for chunk in body:
        if len(chunk) >= count:
            yield chunk[:count]
            raise _Cut
        count -= len(chunk)
        yield chunk


class Bucket:
    """A bucket and the owner's way to it, which is boto3."""

    def __init__(self, server: Moto, client: Any, name: str) -> None:
        self.server, self.client, self.name = server, client, name

    def address(self, operation: str, key: str, **more: Any) -> str:
        """A presigned address, good for ten minutes."""
        return str(
            self.client.generate_presigned_url(
                operation, Params={"Bucket": self.name, "Key": key, **more}, ExpiresIn=600
            )
        )

    def put(self, key: str, data: bytes) -> None:
        """Put an object there, not through the client under test; the request is forgotten."""
        self.client.put_object(Bucket=self.name, Key=key, Body=data)
        self.server.requests.clear()

    def sha256(self, key: str) -> str:
        """Digest of an object, not read through the client under test; the request is forgotten."""
        kept = list(self.server.requests)
        data = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        self.server.requests[:] = kept
        return hashlib.sha256(data).hexdigest()
