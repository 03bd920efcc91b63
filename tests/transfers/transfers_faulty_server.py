"""A server of one content that responds to requests in random right and wrong ways, determined by its seed."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import random
import re
import socketserver
import threading
from collections.abc import Mapping
from typing import Self

from attrs import define, field

CHUNK = 4096


@define
class Script:
    """How the server behaves in one run.

    Attributes:
        chance: Source of all decisions.
        contents: The content, and its replacement.
        replaced_after: Count of responses after which the content is replaced.
        etag: ``none``, ``weak``, ``strong`` or ``changing``, which is a new one for every response.
        digest: Header that announces a digest of the whole content; empty for none.
        lies: Whether bodies may differ from their heads in ways that only a digest or the size of the resource can detect.
        faults: Count of requests with a fault; later ones get a correct response.
        labelled: Whether responses carry a Content-Encoding that belongs to the content.
        resumed: Whether the first response breaks, so that ranges are requested, and the faults are mostly those of ranges.
        ranges: Whether the server sends ranges.
    """

    chance: random.Random
    contents: tuple[bytes, bytes]
    replaced_after: int
    etag: str
    digest: str
    lies: bool
    faults: int
    labelled: bool
    resumed: bool
    ranges: bool
    count: int = 0
    seen: list[str] = field(factory=list)
    lock: threading.Lock = field(factory=threading.Lock)

    @property
    def content(self) -> bytes:
        """The current content."""
        return self.contents[self.count > self.replaced_after]

    def info(self) -> dict[str, object]:
        """Return the resource."""
        content = self.content
        return {
            "id": 1, "name": "x", "state": "ready", "size": len(content), "sha256": hashlib.sha256(content).hexdigest(), "project": 1,
            "owner": 1, "created": "2026-01-01T00:00:00.000000Z", "description": "", "path": None, "deleted": "",
        }  # fmt: skip

    def stop_faults(self) -> None:
        """Respond correctly from now on."""
        self.faults, self.etag = 0, self.etag.replace("changing", "strong")

    def respond(self, headers: Mapping[str, str]) -> tuple[bytes, bool]:
        """Make a response; the second value is False if the connection closes after it."""
        with self.lock:
            self.count += 1
            self.faults -= 1
            return self._respond(headers) if self.faults >= 0 else self._open_range(headers)

    def _validators(self) -> list[str]:
        content, validators = self.content, []
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        name = hashlib.sha256(content).hexdigest()[:8]
        if self.etag == "weak":
            validators.append(f'ETag: W/"{name}"')
        elif self.etag == "strong":
            validators.append(f'ETag: "{name}"')
        elif self.etag == "changing":
            validators.append(f'ETag: "{name}{self.count}"')
        if self.digest == "repr":
            validators.append(f"Repr-Digest: sha-256=:{digest}:")
        return validators + self._storage_digests(digest)

    def _storage_digests(self, digest: str) -> list[str]:
        md5 = base64.b64encode(hashlib.md5(self.content).digest()).decode()
        names = {
            "md5": f"Content-MD5: {md5}",
            "amazon": f"x-amz-checksum-sha256: {digest}",
            "google": f"x-goog-hash: crc32c=?,md5={md5}",
            "wrong": f"Content-Digest: sha-256=:{base64.b64encode(bytes(32)).decode()}:",
        }
        return [names[self.digest]] if self.digest in names else []

    def _range(self, headers: Mapping[str, str]) -> tuple[int, int] | None:
        size = len(self.content)
        found = re.fullmatch(r"bytes=(\d+)-(\d*)", headers.get("range", ""))
        condition = headers.get("if-range")
        if (
            found is None
            or not self.ranges
            or (condition is not None and f"ETag: {condition}" not in self._validators())
        ):
            return None
        return int(found[1]), min(int(found[2]) + 1 if found[2] else size, size)

    def _open_range(self, headers: Mapping[str, str]) -> tuple[bytes, bool]:
        wanted, size = self._range(headers), len(self.content)
        if wanted is None:
            return self._head(200, self._validators(), size) + self.content, True
        start, end = wanted
        if start >= size:
            return self._head(416, [f"Content-Range: bytes */{size}"], 0), True
        validators = [*self._range_validators(), f"Content-Range: bytes {start}-{end - 1}/{size}"]
        return self._head(206, validators, end - start) + self.content[start:end], True

    def _range_validators(self) -> list[str]:
        # Only validators of the whole content apply to a partial response as well.
        return [validator for validator in self._validators() if validator.startswith(("ETag", "Repr-Digest"))]

    def _head(self, status: int, lines: list[str], length: int | None) -> bytes:
        shown = [*lines, "Accept-Ranges: bytes", "Content-Type: application/octet-stream"]
        if self.labelled and status in {200, 206}:
            shown.append("Content-Encoding: gzip")
        if length is not None:
            shown.append(f"Content-Length: {length}")
        return "\r\n".join([f"HTTP/1.1 {status} X", *shown, "", ""]).encode()

    def _respond(self, headers: Mapping[str, str]) -> tuple[bytes, bool]:
        chance = self.chance
        wanted = self._range(headers)
        if self.resumed and self.count == 1:
            self.seen.append("first half")
            content = self.content
            return self._head(200, self._validators(), len(content)) + content[: (len(content) + 1) // 2], False
        if self.resumed and wanted is not None and chance.random() < 0.9:
            return self._partial(wanted)
        kinds = [self._whole, self._whole, self._partial, self._partial, self._other_status]
        if wanted is not None:
            kinds += [self._partial, self._partial]
        kind = chance.choice(kinds)
        self.seen.append(kind.__name__)
        return kind(wanted)

    def _cut(self, body: bytes) -> bytes:
        return body[: self.chance.choice([0, 1, self.chance.randrange(len(body) + 1), max(0, len(body) - 1)])]

    def _whole(self, wanted: tuple[int, int] | None) -> tuple[bytes, bool]:
        chance, content, validators = self.chance, self.content, self._validators()
        size = len(content)
        kinds = [
            "right",
            "break",
            "no length",
            "chunked",
            "chunks break",
            "range of the whole",
            "range as 200",
            "compressed",
        ]
        if self.lies:
            kinds += ["short", "short without a length", "longer", "other bytes"]
        if self.labelled:
            # Whether a body is the compressed or the decompressed form must be clear from its head, or else a stream is
            # an error.
            kinds = [kind for kind in kinds if kind not in {"compressed", "range as 200"}]
        kind = chance.choice(kinds)
        self.seen.append(kind)
        if kind == "break":
            return self._head(200, validators, size) + self._cut(content), False
        if kind == "no length":
            return self._head(200, validators, None) + content, False
        if kind in {"chunked", "chunks break"}:
            body = _chunked(content)
            head = self._head(200, [*validators, "Transfer-Encoding: chunked"], None)
            return (head + body, True) if kind == "chunked" else (head + self._cut(body)[: len(body) - 1], False)
        if kind == "range of the whole":
            return self._head(200, [*validators, f"Content-Range: bytes 0-{size - 1}/{size}"], size) + content, True
        if kind == "range as 200":
            start, end = self._random_range(size)
            with_length = chance.random() < 0.5
            head = self._head(
                200,
                [*validators, f"Content-Range: bytes {start}-{end - 1}/{size}"],
                end - start if with_length else None,
            )
            return head + content[start:end], with_length
        if kind == "compressed":
            # Compressed in transit: digests and validators would describe the compressed form, so they are left out.
            body = gzip.compress(content, 1, mtime=0)
            return self._head(200, ["Content-Encoding: gzip"], len(body)) + body, True
        body = {
            "short": self._cut(content),
            "short without a length": self._cut(content),
            "longer": content + b"more",
        }.get(kind, content)
        if kind == "other bytes":
            body = bytes(size)
        return self._head(200, validators, None if "without" in kind else len(body)) + body, "without" not in kind

    def _random_range(self, size: int) -> tuple[int, int]:
        """Return a random valid byte range."""
        start = self.chance.randrange(size)
        return (start, self.chance.randrange(start, size) + 1) if start else (0, self.chance.randrange(1, max(size, 2)))

    def _partial(self, wanted: tuple[int, int] | None) -> tuple[bytes, bool]:
        chance, content = self.chance, self.content
        size = len(content)
        start, end = self._random_range(size) if wanted is None or wanted[0] >= wanted[1] else wanted
        kinds = ["right", "lower", "upper", "blanks", "all of it", *["before", "after", "less"] * 3, "no range", "no total", "other total",
                 "multipart", "break", "no length", "longer than announced", "shorter than announced", "compressed"]  # fmt: skip
        kind = chance.choice(kinds)
        self.seen.append(f"206 {kind}")
        start, end = {
            "all of it": (0, size),
            "before": (max(0, start - 1 - chance.randrange(size)), end),
            "after": (min(start + 1, end - 1), end),
            "less": (start, chance.randint(start + 1, end)),
        }.get(kind, (start, end))
        form = {"upper": "BYTES {}-{}/{}", "blanks": " bytes  {} - {} / {} "}.get(kind, "bytes {}-{}/{}")
        total = {"no total": "*", "other total": size + 1 + chance.randrange(size)}.get(kind, size)
        reported = [*self._range_validators(), "Content-Range: " + form.format(start, end - 1, total)]
        if kind == "no range":
            reported.pop()
        reported += {
            "compressed": ["Content-Encoding: gzip"],
            "multipart": ["Content-Type: multipart/byteranges; boundary=b"],
        }.get(kind, [])
        right = content[start:end]
        body = {
            "multipart": b"--b\r\nContent-Range: bytes %d-%d/%d\r\n\r\n%b\r\n--b--\r\n" % (start, end - 1, size, right),
            "compressed": gzip.compress(content, 1)[start:end],
            "longer than announced": right + b"more",
            "shorter than announced": self._cut(right),
        }.get(kind, right)
        if kind == "break":
            return self._head(206, reported, len(body)) + self._cut(body), False
        ends = kind in {"no length", "longer than announced", "shorter than announced"}
        return self._head(206, reported, None if ends else len(body)) + body, not ends

    def _other_status(self, wanted: tuple[int, int] | None) -> tuple[bytes, bool]:
        status = self.chance.choice([201, 202, 203, 204, 205, 226, 300, 302, 302, 304, 416, 416, 404, 500])
        self.seen.append(str(status))
        if status in {204, 304}:
            return self._head(status, self._validators(), None), True
        if status == 302:
            return self._head(302, ["Location: /moved"], 0), True
        body = self.chance.choice([b"", self._cut(self.content), self.content])
        return self._head(status, self._validators(), len(body)) + body, True


def _chunked(body: bytes) -> bytes:
    chunks = [body[start : start + CHUNK] for start in range(0, len(body), CHUNK)]
    return b"".join(b"%x\r\n%b\r\n" % (len(chunk), chunk) for chunk in chunks) + b"0\r\n\r\n"


class FaultyServer:
    """The server; it runs one script at a time."""

    def __init__(self) -> None:
        self.script: Script | None = None
        outer = self

        class Handler(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                rest = b""
                while True:
                    while b"\r\n\r\n" not in rest:
                        try:
                            received = self.request.recv(65536)
                        except OSError:
                            return
                        if not received:
                            return
                        rest += received
                    head, _, rest = rest.partition(b"\r\n\r\n")
                    response, keeps_open = outer.respond(head.decode("latin-1"))
                    try:
                        self.request.sendall(response)
                    except OSError:
                        return
                    if not keeps_open:
                        return

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            block_on_close = False
            request_queue_size = 128

        self._server = Server(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def respond(self, head: str) -> tuple[bytes, bool]:
        """Make the response to a request."""
        first, *lines = head.split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
        path = first.split(" ")[1]
        assert self.script is not None
        if "download" in path or path == "/moved":
            return self.script.respond(headers)
        body = json.dumps(self.script.info()).encode()
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
            len(body),
            body,
        ), True

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
