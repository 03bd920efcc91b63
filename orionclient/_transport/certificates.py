"""Client certificates, for servers that require one."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Final

from attrs import frozen

from orionclient._runtime.user_files import expand_home
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    import ssl

CLIENT_CERT_VARIABLE: Final = "ORION_CLIENT_CERT"
CLIENT_KEY_VARIABLE: Final = "ORION_CLIENT_KEY"
KEY_PASSWORD_VARIABLE: Final = "ORION_CLIENT_KEY_PASSWORD"  # noqa: S105 - a name  # nosec B105


@frozen
class ClientCertificate:
    """A client certificate, which only one server gets.

    Attributes:
        origin: Scheme, host and port of the server.
        cert: File of the certificate and its chain, and of the private key if `key` is None.
        key: File of the private key; None if it is in the file of the certificate.
    """

    origin: tuple[str, str, int]
    cert: str
    key: str | None


def load_client_certificate(context: ssl.SSLContext, client: ClientCertificate) -> None:
    """Load a client certificate and its private key.

    Args:
        context: TLS context of connections to the server.
        client: The certificate.

    Raises:
        ValidationError: A file cannot be read or used; the message names the setting.
    """
    from ssl import SSLError  # noqa: PLC0415 - the configuration imports this module

    cert_source = _find_source("client_cert", CLIENT_CERT_VARIABLE, client.cert)
    key_source = cert_source if client.key is None else _find_source("client_key", CLIENT_KEY_VARIABLE, client.key)
    is_encrypted = False

    def get_password() -> bytes:
        nonlocal is_encrypted
        is_encrypted = True
        # Without a password OpenSSL would ask on the terminal.
        return os.fsencode(os.environ.get(KEY_PASSWORD_VARIABLE, ""))

    files = {
        "certificate": (client.cert, cert_source, b"-BEGIN CERTIFICATE-"),
        "private key": (client.key or client.cert, key_source, b"PRIVATE KEY-"),
    }
    for what, (path, source, marker) in files.items():
        try:
            content = Path(expand_home(path)).read_bytes()
        except (OSError, ValueError) as error:
            reason = getattr(error, "strerror", error)
            raise ValidationError(f"cannot read the {what} in {path!r}, set by {source}: {reason}") from None
        if marker not in content:
            more = (
                "" if what == "certificate" or client.key else f"; set client_key or {CLIENT_KEY_VARIABLE} to its file"
            )
            raise ValidationError(f"{path!r}, set by {source}, contains no {what} in PEM form{more}")
    try:
        context.load_cert_chain(expand_home(client.cert), client.key and expand_home(client.key), get_password)
    except (SSLError, ValueError) as error:
        if isinstance(error, SSLError) and error.reason == "KEY_VALUES_MISMATCH":
            reason = f"it does not belong to the certificate in {client.cert!r}, set by {cert_source}"
        elif is_encrypted:
            given = os.environ.get(KEY_PASSWORD_VARIABLE)
            reason = f"it is encrypted, and {KEY_PASSWORD_VARIABLE} is {'not its password' if given else 'not set'}"
        else:
            reason = "OpenSSL cannot read it, or the certificate"
        raise ValidationError(
            f"cannot use the private key in {client.key or client.cert!r}, set by {key_source}: {reason}"
        ) from None


def _find_source(setting: str, variable: str, value: str) -> str:
    return variable if os.environ.get(variable) == value else f"{setting} of the profile"
