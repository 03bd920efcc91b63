"""An independent S3 server, moto in server mode, that records its requests."""

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
    # Third-party modules emit warnings on import, which cannot be fixed here.
    warnings.simplefilter("ignore")
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
    from werkzeug.serving import make_server

_BUCKET_IDS = itertools.count()


class ReceivedRequest(NamedTuple):
    """One request as received, with the status of its response."""

    method: str
    path: str
    headers: dict[str, str]
    status: int


class _Quiet(MotoRequestHandler):  # type: ignore[misc]
    # Presigned URLs are secrets until they expire.
    def log(self, type: str, message: str, *args: Any) -> None:
        pass


class _Cut(Exception):
    """Drops the connection."""


class Moto:
    """The server in a thread; it records every request."""

    def __init__(self) -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            self._app = DomainDispatcherApplication(create_backend_app)
        self.requests: list[ReceivedRequest] = []
        self.cuts: list[int] = []
        self._server = make_server("127.0.0.1", 0, self._handle, threaded=True, request_handler=_Quiet)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def _handle(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        headers = {
            name[5:].replace("_", "-").lower(): value for name, value in environ.items() if name.startswith("HTTP_")
        }

        def record(status: str, *rest: Any) -> Any:
            self.requests.append(
                ReceivedRequest(environ["REQUEST_METHOD"], environ["PATH_INFO"], headers, int(status[:3]))
            )
            return start_response(status, *rest)

        body: Iterable[bytes] = self._app(environ, record)
        cut = self.cuts and environ["REQUEST_METHOD"] == "GET"
        return _truncate(body, self.cuts.pop(0)) if cut else body

    def bucket(self) -> Bucket:
        """Create an empty bucket."""
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
        name = f"bucket-{os.getpid()}-{next(_BUCKET_IDS)}"
        client.create_bucket(Bucket=name)
        self.requests.clear()
        return Bucket(self, client, name)


def _truncate(body: Iterable[bytes], count: int) -> Iterator[bytes]:
    """Send `count` bytes of a body and drop the connection."""
    for chunk in body:
        if len(chunk) >= count:
            yield chunk[:count]
            raise _Cut
        count -= len(chunk)
        yield chunk


class Bucket:
    """A bucket with the client of its owner, boto3."""

    def __init__(self, server: Moto, client: Any, name: str) -> None:
        self.server, self.client, self.name = server, client, name

    def presign(self, operation: str, key: str, **more: Any) -> str:
        """Return a presigned URL that expires after ten minutes."""
        return str(
            self.client.generate_presigned_url(
                operation, Params={"Bucket": self.name, "Key": key, **more}, ExpiresIn=600
            )
        )

    def put(self, key: str, data: bytes) -> None:
        """Store an object without the client under test; the request is not recorded."""
        self.client.put_object(Bucket=self.name, Key=key, Body=data)
        self.server.requests.clear()

    def sha256(self, key: str) -> str:
        """Return the digest of an object, read without the client under test; the request is not recorded."""
        recorded = list(self.server.requests)
        data = self.client.get_object(Bucket=self.name, Key=key)["Body"].read()
        self.server.requests[:] = recorded
        return hashlib.sha256(data).hexdigest()
