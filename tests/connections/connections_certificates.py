"""Certificates of every kind, and a TLS server that presents them and records its requests."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import os
import socket
import ssl
import threading
import warnings
from pathlib import Path
from typing import Any, NamedTuple, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = dt.datetime.now(dt.UTC)
DAY = dt.timedelta(days=1)
FILE = {
    "id": 1,
    "name": "x",
    "state": "ready",
    "project": 1,
    "owner": 1,
    "created": "2020-01-01T00:00:00.000000Z",
    "size": 3,
}
Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


class Certificate(NamedTuple):
    """A certificate and its key."""

    certificate: x509.Certificate
    key: Key

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def make(
    name: str,
    signer: Certificate | None = None,
    *,
    hosts: tuple[str, ...] = (),
    ca: bool = False,
    starts: dt.datetime = NOW - DAY,
    ends: dt.datetime = NOW + DAY,
    key: Key | None = None,
    purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
) -> Certificate:
    """Make a certificate; if `signer` is omitted, it is self-signed."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    signing = signer.key if signer else key
    build = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer.certificate.subject if signer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(starts)
        .not_valid_after(ends)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()),
            critical=False,
        )
    )
    if ca:
        usage = dict.fromkeys(("content_commitment", "key_encipherment", "data_encipherment", "key_agreement"), False)
        build = build.add_extension(
            x509.KeyUsage(
                digital_signature=True,
                key_cert_sign=True,
                crl_sign=True,
                encipher_only=False,
                decipher_only=False,
                **usage,
            ),
            critical=True,
        )
    else:
        build = build.add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
    if hosts:
        build = build.add_extension(x509.SubjectAlternativeName([_general(host) for host in hosts]), critical=False)
    return Certificate(build.sign(signing, hashes.SHA256()), key)


def _general(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)


class Secure:
    """A TLS server on loopback that counts connections and records every request."""

    def __init__(self, context: ssl.SSLContext, data: Any = FILE) -> None:
        self._context = context
        self.data = data
        self.head: str | None = None
        self.connections = 0
        self.requests: list[bytes] = []
        # Common names of client certificates; None if none was presented.
        self.clients: list[str | None] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._stopping = False
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._workers: list[threading.Thread] = []

    def _serve(self) -> None:
        while True:
            try:
                raw, _ = self._socket.accept()
            except OSError:
                return
            if self._stopping:
                raw.close()
                return
            self.connections += 1
            worker = threading.Thread(target=self._talk, args=(raw,), daemon=True)
            self._workers.append(worker)
            worker.start()

    def _talk(self, raw: socket.socket) -> None:
        raw.settimeout(5)
        try:
            with raw, self._context.wrap_socket(raw, server_side=True) as stream:
                while True:
                    head = b""
                    while b"\r\n\r\n" not in head:
                        chunk = stream.recv(65536)
                        if not chunk:
                            return
                        head += chunk
                    self.requests.append(head)
                    self.clients.append(_get_common_name(stream.getpeercert()))
                    body = json.dumps(self.data).encode()
                    start = self.head or "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
                    stream.sendall(
                        start.encode() + b"Content-Length: %d\r\nConnection: close\r\n\r\n%b" % (len(body), body)
                    )
                    return
        except OSError:
            return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping = True
        with socket.create_connection(("127.0.0.1", self.port), timeout=5):
            pass
        self._thread.join(5)
        self._socket.close()
        for worker in self._workers:
            worker.join(6)


def _get_common_name(certificate: Any) -> str | None:
    names = dict(pair for pairs in (certificate or {}).get("subject", ()) for pair in pairs)
    return names.get("commonName")


class Damaging(Secure):
    """A TLS server that responds to a request with bytes that are not a TLS record, below the TLS layer."""

    def __init__(self, context: ssl.SSLContext, damage: bytes) -> None:
        super().__init__(context)
        self._damage = damage

    def _talk(self, raw: socket.socket) -> None:
        raw.settimeout(5)
        try:
            with raw, self._context.wrap_socket(raw, server_side=True) as stream:
                self.requests.append(stream.recv(65536))
                with socket.socket(fileno=os.dup(stream.fileno())) as plain:
                    plain.sendall(self._damage)
                    plain.shutdown(socket.SHUT_WR)
                    # Wait until the client has closed, so that the sent bytes are not lost in a reset.
                    while plain.recv(65536):
                        pass
        except OSError:
            return


class Tunnel:
    """An HTTP proxy on loopback that connects every CONNECT to the same port of this machine."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.requests: list[bytes] = []
        self.heads: list[bytes] = []
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def _serve(self) -> None:
        while True:
            client, _ = self._socket.accept()
            with client:
                head = client.recv(65536)
                if not head:
                    return
                self.heads.append(head)
                self.requests.append(head.partition(b" HTTP")[0])
                with socket.create_connection(("127.0.0.1", self._port)) as server:
                    client.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
                    up = threading.Thread(target=_pump, args=(client, server), daemon=True)
                    up.start()
                    _pump(server, client)
                    up.join(10)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with socket.create_connection(self._socket.getsockname()):
            pass
        self._thread.join(10)
        self._socket.close()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while chunk := source.recv(65536):
            target.sendall(chunk)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        return


def context_for(folder: Path, leaf: Certificate, *chain: Certificate) -> ssl.SSLContext:
    """Make the context of a server that presents a certificate with a chain."""
    file = folder / f"{leaf.certificate.serial_number}.pem"
    file.write_bytes(leaf.key_pem + leaf.pem + b"".join(each.pem for each in chain))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # Rejecting is left to the client.
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.load_cert_chain(file)
    return context


def only_tls_1_1(context: ssl.SSLContext) -> ssl.SSLContext:
    """Limit a server to TLS 1.1."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    return context


def anonymous(context: ssl.SSLContext) -> ssl.SSLContext:
    """Limit a server to key exchanges without certificates."""
    context.maximum_version = ssl.TLSVersion.TLSv1_2
    context.set_ciphers("aNULL:@SECLEVEL=0")
    return context


def by_name(contexts: dict[str | None, ssl.SSLContext]) -> ssl.SSLContext:
    """Make a context that presents a certificate by the host name in SNI; None stands for no or another name."""
    default = contexts[None]

    def choose(stream: ssl.SSLObject, name: str | None, _: ssl.SSLContext) -> None:
        stream.context = contexts.get(name, default)

    default.sni_callback = choose  # type: ignore[assignment]
    return default
