"""The servers of the benchmark on 127.0.0.1: nginx with one worker, and the latency server."""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import ipaddress
import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, NamedTuple

MIB: Final = 1 << 20
# Count of the files of 16 MiB.
MANY: Final = 64
# Rate limit of a connection of the capped server, in MiB per second.
CAP_MIB: Final = 64
COMMIT: Final = "0123456789abcdef0123456789abcdef01234567"
SPARSE: Final = 5 * 1024 * MIB - 1

_CONFIG: Final = """
daemon off; master_process off; worker_processes 1; pid {root}/nginx.pid; error_log {root}/error.log error;
worker_rlimit_nofile 4096;
events {{ worker_connections 2048; }}
http {{
  access_log off; sendfile on; tcp_nopush on; tcp_nodelay on; etag on; default_type application/octet-stream;
  keepalive_requests 1000000; keepalive_timeout 300s; client_max_body_size 0; client_body_buffer_size 1m;
  client_body_temp_path {root}/t1; proxy_temp_path {root}/t2; fastcgi_temp_path {root}/t3; uwsgi_temp_path {root}/t4;
  scgi_temp_path {root}/t5;
  server {{
    listen 127.0.0.1:{port};
    listen 127.0.0.1:{tls_port} ssl;
    ssl_certificate {root}/certificate.pem; ssl_certificate_key {root}/key.pem;
    root {root}/www;
    location /put/ {{ dav_methods PUT; }}
    location /capped/ {{ alias {root}/www/; limit_rate {cap}m; }}
    location /sha256/ {{ alias {root}/www/; add_header Repr-Digest "sha-256=:{sha256}:"; }}
    location /crc32c/ {{ alias {root}/www/; add_header Repr-Digest "crc32c=:{crc32c}:"; }}
    location /wrong-sha256/ {{ alias {root}/www/; add_header Repr-Digest "sha-256=:{wrong_sha256}:"; }}
    location /wrong-crc32c/ {{ alias {root}/www/; add_header Repr-Digest "crc32c=:AAAAAA==:"; }}
    location /some/data/resolve/main/ {{ alias {root}/www/; add_header X-Repo-Commit {commit}; }}
  }}
}}
"""


class Missing(Exception):
    """A requirement of the benchmark is missing."""


class Web(NamedTuple):
    """A running nginx and its files."""

    root: Path
    port: int
    tls_port: int
    size: int
    sha256: str

    @property
    def plain(self) -> str:
        """URL without TLS."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def tls(self) -> str:
        """URL with TLS."""
        return f"https://127.0.0.1:{self.tls_port}"

    @property
    def source(self) -> Path:
        """Path of the large file; `/big` on the server."""
        return self.root / "www" / "big"

    @property
    def many(self) -> Path:
        """Folder of many files, named by index; `/many/` on the server."""
        return self.root / "www" / "many"

    @property
    def sparse(self) -> Path:
        """Path of the largest file, which is sparse; `/sparse` on the server."""
        return self.root / "www" / "sparse"

    @property
    def eighth(self) -> Path:
        """Path of one of eight files of at most 128 MiB, named by index; `/eight/` on the server."""
        return self.root / "www" / "eight" / "0"

    @property
    def received(self) -> Path:
        """Folder of the uploads to `/put/`."""
        return self.root / "www" / "put"

    @property
    def authority(self) -> Path:
        """The certificate to trust."""
        return self.root / "certificate.pem"


def nginx_program(given: str | None) -> str:
    """Find nginx.

    Args:
        given: Path or name of the program; None to search for it.

    Returns:
        The path.

    Raises:
        Missing: nginx is not installed.
    """
    for name in (given,) if given else ("nginx", "/usr/sbin/nginx", "/usr/local/sbin/nginx"):
        if found := shutil.which(name):
            return found
    raise Missing(
        "nginx was not found: run apt-get install nginx-light, or pass --nginx PATH; nox -s transfers downloads it"
    )


@contextmanager
def web(root: Path, program: str, mib: int) -> Iterator[Web]:
    """Run nginx with generated files.

    Args:
        root: An empty folder, best in a memory file system.
        program: Path of nginx.
        mib: Size of the large file in MiB.

    Yields:
        The server.
    """
    for name in ("www/put", "www/many", "www/eight", "www/bucket"):
        (root / name).mkdir(parents=True)
    sha256, crc32c = _fill(root / "www", mib)
    _certify(root)
    port, tls_port = _free_port(), _free_port()
    (root / "nginx.conf").write_text(
        _CONFIG.format(
            root=root,
            port=port,
            tls_port=tls_port,
            cap=CAP_MIB,
            commit=COMMIT,
            sha256=base64.b64encode(sha256).decode(),
            wrong_sha256=base64.b64encode(bytes(32)).decode(),
            crc32c=base64.b64encode(crc32c).decode(),
        ),
        "ascii",
    )
    who = ["-g", "user root;"] if os.geteuid() == 0 else []
    command = [program, "-p", str(root), "-e", str(root / "error.log"), "-c", str(root / "nginx.conf"), *who]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _wait_for(port, process)
            yield Web(root, port, tls_port, mib * MIB, sha256.hex())
        finally:
            _end(process)


def _fill(www: Path, mib: int) -> tuple[bytes, bytes]:
    """Make the files; the digests of the big one."""
    import google_crc32c

    sha256, crc32c = hashlib.sha256(), google_crc32c.Checksum()
    with (www / "big").open("wb") as stream:
        for _ in range(mib):
            # Every MiB is another, so that one in the wrong place is seen.
            block = os.urandom(MIB)
            stream.write(block)
            sha256.update(block)
            crc32c.update(block)
    # s3transfer asks for a bucket.
    os.link(www / "big", www / "bucket" / "big")
    with (www / "big").open("rb") as stream:
        for number in range(MANY):
            stream.seek(number * 16 * MIB % (mib * MIB))
            (www / "many" / str(number)).write_bytes(stream.read(16 * MIB))
        stream.seek(0)
        (www / "eight" / "0").write_bytes(stream.read(min(128, mib) * MIB))
        for number in range(1, 8):
            os.link(www / "eight" / "0", www / "eight" / str(number))
    with (www / "sparse").open("wb") as stream:
        stream.truncate(SPARSE)
    return sha256.digest(), crc32c.digest()


def _certify(root: Path) -> None:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "transfers")])
    now, address = dt.datetime.now(dt.UTC), ipaddress.ip_address("127.0.0.1")
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(address)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .sign(key, hashes.SHA256())
    )
    (root / "certificate.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (root / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 20
    while time.monotonic() < end and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise Missing(f"{process.args!r} did not start to listen")


def _end(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


class Latency(NamedTuple):
    """The running latency server."""

    url: str

    def counts(self) -> dict[str, int]:
        """Return the counts since the last call: connections, requests, shards, rejected."""
        with urllib.request.urlopen(self.url + "/_counts", timeout=30) as response:
            return dict(json.load(response))


@contextmanager
def latency(seconds: float) -> Iterator[Latency]:
    """Run the latency server in a separate process.

    Args:
        seconds: Latency of each response.

    Yields:
        The server.
    """
    program = Path(__file__).with_name("latency.py")
    command = [sys.executable, str(program), str(seconds)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        try:
            yield Latency(f"http://127.0.0.1:{int(process.stdout.readline())}")
        finally:
            _end(process)
