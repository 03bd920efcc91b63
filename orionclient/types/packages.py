"""WorkFloePackage: a package of floes, uploaded as an archive."""

from __future__ import annotations

import json
import re
import zlib
from contextlib import contextmanager
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, ClassVar, Final, Never, Self

from orion_api.api import packages as api

from orionclient._resources.convert import identifier, integer, json_object, optional, string
from orionclient._resources.creating import create_with_tags, delete_on_error
from orionclient._resources.polling import wait_until_done
from orionclient._resources.resource import Declaration, Field, Resource, SessionLike
from orionclient._transfer.content import iter_verified
from orionclient._transfer.sources import Slice, Source, UploadSource, open_source, source_name
from orionclient.exceptions import ValidationError

if TYPE_CHECKING:
    import tarfile
    from collections.abc import Iterator, Mapping

    from orion_api.inputs import CreatePackage, ListPackagesFilters

    from orionclient._transport.response import Response

__all__ = ["WorkFloePackage"]

_MANIFEST: Final = "manifest.json"
_REQUIRED_FIELDS: Final = ("name", "version", "python_version", "requirements")
_MAX_MANIFEST: Final = 1 << 20
# The same as the maximum of the local Orion for the body of a request.
_MAX_ARCHIVE: Final = 5 << 30
_URL: Final = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


class WorkFloePackage(Resource):
    """A package of floes, uploaded as an archive.

    The `specification` is the manifest of the package, also in listings (observed). Listing takes the filters ``name`` (contains),
    ``name_contains``, ``name_icontains``, ``project``, ``owner``, ``version``, ``state`` and ``states``. Deleting is permanent; the floes
    of the package are then deprecated (assumed).
    """

    declaration: ClassVar[Declaration] = Declaration("package", api, sharable=True)

    @classmethod
    def _inputs(cls, filters: ListPackagesFilters, create: CreatePackage, update: Never) -> None: ...

    id: Field[int] = Field(identifier, "Id of the package, unique in the stack (documented).")
    name: Field[str] = Field(string, "Name of the package, from its manifest (assumed).")
    version: Field[str] = Field(optional(string, ""), "Version from the manifest; empty before the upload (assumed).")
    state: Field[str] = Field(
        string, "`queued`, `ready` or `error` (listed), `uploading` before them (assumed); other states are possible."
    )
    reason: Field[str] = Field(string, "Why the state is `error`; else empty (assumed).", default="")
    specification: Field[dict[str, Any]] = Field(
        json_object, "The manifest: `name`, `version` and so on (observed); empty before the upload."
    )
    size: Field[int] = Field(integer, "Length of the archive in bytes; 0 before the upload (assumed).")
    sha256: Field[str | None] = Field(
        optional(string), "SHA-256 digest of the archive in hexadecimal; None before the upload (assumed)."
    )
    created: Field[str] = Field(string, "When the package was created, ISO 8601 in UTC (assumed).")
    owner: Field[int] = Field(identifier, "Id of the user that created the package (assumed).")
    project: Field[int] = Field(identifier, "Id of the project that the package belongs to (assumed).")

    @classmethod
    def upload(
        cls, session: SessionLike, filename: Source, project: Any = None, *, max_size: int = _MAX_ARCHIVE
    ) -> Self:
        """Upload a package. The stack then registers its floes; `wait` waits for that.

        Args:
            session: The session.
            filename: Path of the archive, for example ``dist/my-floes-1.0.0.tar.gz``, its bytes, a seekable binary file, or an http(s) URL.
                A URL is fetched by this client with the proxy and the certificates of the profile, but without the token; at most 5
                redirects are followed, and none to another scheme. The content is spooled to a temporary file.
            project: Project or its id. Defaults to the session's project.
            max_size: Maximum size of an archive from a URL in bytes. Defaults to 5 GiB, the maximum of the local Orion.

        Returns:
            The package.

        Raises:
            ValidationError: It is not a tar.gz archive with a complete `manifest.json`; the message says what is missing. Or the URL is not
                valid, or its content larger than `max_size`. Raised before any request to Orion.
            BadResponse: The server rejected the archive, for example because of a path outside of it (422); or the server of the URL sent
                an error. Nothing is left on the server.
            OrionConnectionError: A redirect leads to another scheme, or the content of the URL is incomplete.
            OSError: The path cannot be read; no request was sent.
            OrionError: The request failed; nothing is left on the server.
        """
        with _open_archive(session, filename, max_size) as source:
            manifest = _read_manifest(source.slice(), source.name or "the package")
            package = create_with_tags(cls, session, str(manifest["name"]), project)
            with delete_on_error(package):
                package._send(source)
        return package

    def put_content(self, filename: Source) -> None:
        """Upload the archive, as `session.create_resource(..., files=)` does.

        Args:
            filename: As for `upload`.

        Raises:
            OrionError: As for `upload`.
        """
        with _open_archive(self._require_session(), filename, _MAX_ARCHIVE) as source:
            _read_manifest(source.slice(), source.name or "the package")
            self._send(source)

    def _send(self, source: UploadSource) -> None:
        self._call(api.upload_package_content, body=source.slice(), content_digest=source.content_digest)

    def environment(self) -> dict[str, Any]:
        """Get what the manifest asks for and what the floes of the package run with (the command is listed, the fields are assumed).

        Returns:
            `python_version`, `requirements`, `conda_dependencies`, `conda_channels`, `base_os` and `build_requirements` of the manifest;
            `used_python_version`, `used_base_os` and `used_packages` (``name==version``) of the stack, which are None or empty before the
            inspection; and `missing_requirements`, those of which no version is installed. The local Orion installs nothing.

        Raises:
            OrionError: The request failed.
        """
        return self._request(api.get_package_environment)

    def inspection(self) -> dict[str, Any]:
        """Get what was found in the package (the command is listed, the fields are assumed).

        Returns:
            `state`, `floes` (objects with `id`, `name`, `title` and so on), `errors` and `warnings` (lists of sentences), `log` (the end of
            the output) and `finished`, ISO 8601 in UTC or None before the end.

        Raises:
            OrionError: The request failed.
        """
        return self._request(api.get_package_inspection)

    def wait(self, timeout: float = 600) -> None:
        """Wait until the floes of the package are registered, polling every 0.5 to 30 s with back-off and jitter.

        Args:
            timeout: Maximum time to wait in seconds.

        Raises:
            OrionError: The floes could not be registered; the message has the reason.
            OrionTimeout: The timeout expired; the message has the last state.
            NotFoundResponse: The package was deleted.
        """
        wait_until_done(self, "ready", "error", timeout)


def is_url(source: object) -> bool:
    """Check whether a source is a URL and not a path.

    Args:
        source: The source.

    Returns:
        True for a string that begins with a scheme and ``://``.
    """
    return isinstance(source, str) and _URL.match(source) is not None


@contextmanager
def _open_archive(session: SessionLike, source: Source, max_size: int) -> Iterator[UploadSource]:
    """Open an archive, which is fetched first if the source is a URL."""
    if not isinstance(source, str) or not is_url(source):
        with open_source(source) as opened:
            opened.name = opened.name or source_name(source)
            yield opened
        return
    name = PurePosixPath(source.partition("?")[0]).name

    def check_size(size: int) -> None:
        if size > max_size:
            raise ValidationError(f"{name} is too large: it has more than {max_size} bytes, the maximum of an archive")

    def open_response(headers: Mapping[str, str]) -> Response:
        response = session._calls.open_foreign(source, headers)
        length = response.headers.get("content-length", "")
        try:
            check_size(int(length) if length.isascii() and length.isdigit() else 0)
        except ValidationError:
            response.close()
            raise
        return response

    def fetch() -> Iterator[bytes]:
        count = 0
        for chunk in iter_verified(open_response):
            count += len(chunk)
            check_size(count)
            yield chunk

    with open_source(fetch()) as opened:
        opened.name = name
        yield opened


def _read_manifest(stream: Slice, name: str) -> dict[str, Any]:
    """Read the manifest of an archive."""
    import tarfile  # noqa: PLC0415 - few programs upload packages

    try:
        with tarfile.open(fileobj=stream, mode="r:gz") as archive:
            content = _find_member(archive, name)
    except (tarfile.TarError, EOFError, OSError, RecursionError, zlib.error) as error:
        raise ValidationError(f"{name} is not a tar.gz archive: {error}") from None
    try:
        manifest = json.loads(content)
    except ValueError as error:
        raise ValidationError(f"the {_MANIFEST} of {name} is not valid JSON: {error}") from None
    if not isinstance(manifest, dict):
        raise ValidationError(f"the {_MANIFEST} of {name} is not a JSON object")
    # An empty list of requirements is valid, so only absent, null and empty string values count as missing.
    missing = [
        each for each in _REQUIRED_FIELDS if each not in manifest or manifest[each] is None or manifest[each] == ""
    ]
    if missing:
        raise ValidationError(f"the {_MANIFEST} of {name} lacks {', '.join(missing)}")
    return manifest


def _find_member(archive: tarfile.TarFile, name: str) -> bytes:
    for member in archive:
        components = [component for component in PurePosixPath(member.name).parts if component != "."]
        # The archive may have a single top-level folder, as archives of Python's build tools do.
        if components and components[-1] == _MANIFEST and len(components) <= 2 and member.isfile():
            stream = archive.extractfile(member)
            if member.size > _MAX_MANIFEST or stream is None:
                raise ValidationError(
                    f"the {_MANIFEST} of {name} has {member.size} bytes; the maximum is {_MAX_MANIFEST}"
                )
            return stream.read()
    raise ValidationError(f"{name} contains no {_MANIFEST} at its top level or in a top-level folder")
