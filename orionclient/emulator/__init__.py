"""The local Orion: an embedded Orion server with real HTTP and persistent data, driven by the OpenAPI contract."""

from __future__ import annotations

try:
    from orionclient.emulator._jobs.specifications import FloeSpecification
    from orionclient.emulator._problems import FolderError
    from orionclient.emulator._server import Server
except ModuleNotFoundError as _missing:  # pragma: no cover - needs an installation without the extra
    if (_missing.name or "").partition(".")[0] not in {"pydantic", "starlette", "uvicorn"}:
        raise
    raise ImportError(
        f"the local Orion needs {_missing.name}: pip install 'orion-platform-client[local]'", name=_missing.name
    ) from _missing

__all__ = ["FloeSpecification", "FolderError", "Server"]
