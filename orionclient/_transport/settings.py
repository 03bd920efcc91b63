"""Settings of connections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs import field, frozen

from orionclient._transport.certificates import ClientCertificate

if TYPE_CHECKING:
    from orionclient.config import SessionConfig


@frozen
class Settings:
    """Settings of connections.

    Attributes:
        ca_file: File of CA certificates to trust in addition to the system's.
        proxy: URL of the proxy for all hosts except loopback addresses; None for the proxy variables of the environment.
        verify: False accepts any certificate, with a warning for every request.
        client: Client certificate; None if none.
    """

    ca_file: str | None = None
    proxy: str | None = field(default=None, repr=False)
    verify: bool = True
    client: ClientCertificate | None = None

    @classmethod
    def from_config(cls, config: SessionConfig | None) -> Settings:
        """Extract the settings from a session configuration.

        Args:
            config: The configuration; None for the defaults.

        Returns:
            The settings.
        """
        if config is None:
            return cls()
        cert = config.client_cert
        client = ClientCertificate(config.origin, cert, config.client_key) if cert else None
        return cls(config.ca_file, config.proxy, config.verify, client)
