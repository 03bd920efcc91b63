"""Functions that read request bodies: JSON validated by the contract's models, and uploads into staged content."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from orion_api.contract import models
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from orionclient.emulator import _strictjson
from orionclient.emulator._problems import ProblemError, bad_body, too_large

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request

    from orionclient.emulator._http.contract import Operation
    from orionclient.emulator._store.blobs import StagedBlob
    from orionclient.emulator._store.parts import StoredPart

# Small chunks are buffered, so that a slow network does not cost a thread switch for every packet.
_BUFFER_SIZE = 1024 * 1024


def check_media_type(operation: Operation, request: Request) -> None:
    """Reject a body with the wrong media type or a content encoding, and any body for an operation that has none."""
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise bad_body(f'Content-Encoding "{encoding[:100]}" is not supported; send the body without encoding.')
    if operation.body_media is None:
        if has_body(request.headers):
            raise bad_body(f"{operation.id} does not accept a body.")
        return
    given, *parameters = [part.strip().lower() for part in request.headers.get("content-type", "").split(";")]
    unlabelled = given == "" and operation.body_media == "application/octet-stream"
    charsets = [part for part in parameters if part.startswith("charset=")]
    if charsets and charsets[0].removeprefix("charset=").strip('"') != "utf-8":
        raise bad_body("The body must be UTF-8.")
    if given != operation.body_media and not unlabelled:
        raise ProblemError(
            400,
            f'The Content-Type must be {operation.body_media}, not "{given[:100]}".',
            "wrong_media_type",
        )


def has_body(headers: Mapping[str, str]) -> bool:
    """Return whether the request head announces a non-empty body."""
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


async def read_json(operation: Operation, request: Request, limit: int) -> dict[str, Any]:
    """Read and validate the JSON body; the result has only the fields that were sent."""
    data = await read_body(request, limit)
    try:
        value = _strictjson.loads(data.decode(), whole=True)
    except UnicodeDecodeError:
        raise bad_body("The body is not valid UTF-8.") from None
    except ValueError as error:
        raise bad_body(f"The body is not valid: {error}.") from None
    body = check_body(operation, value)
    # Free-form objects of the user are stored as sent: 1.0 stays 1.0 there.
    written = _strictjson.loads(data.decode()) if any(isinstance(given, dict) for given in body.values()) else {}
    return {name: written.get(name, given) if isinstance(given, dict) else given for name, given in body.items()}


async def read_body(request: Request, limit: int) -> bytes:
    """Read the raw body, up to a limit in bytes."""
    data = bytearray()
    async for chunk in _iter_chunks(request, limit):
        data += chunk
    return bytes(data)


def check_body(operation: Operation, value: Any) -> dict[str, Any]:
    """Validate a decoded body with the contract's model."""
    model: type[BaseModel] = getattr(models, operation.body_model or "")
    try:
        body = model.model_validate(value)
    except ValidationError as error:
        raise bad_body(_describe(error)) from None
    return body.model_dump(exclude_unset=True)


async def read_upload(request: Request, staged: StagedBlob | StoredPart, limit: int) -> None:
    """Read the body into staged content.

    A truncated body raises `ClientDisconnect`, so it is never taken for a complete one.
    """
    gathered = bytearray()
    writing: asyncio.Future[None] | None = None
    try:
        async for chunk in _iter_chunks(request, limit):
            gathered += chunk
            if len(gathered) >= _BUFFER_SIZE:
                if writing is not None:
                    await writing
                # One chunk is written while the next one is received.
                writing = asyncio.ensure_future(run_in_threadpool(staged.write, bytes(gathered)))
                gathered.clear()
    finally:
        # The caller may discard the content next, which must not happen during a write.
        if writing is not None:
            await writing
    await run_in_threadpool(staged.write, bytes(gathered))
    await run_in_threadpool(staged.complete)


def check_digest(staged: StagedBlob | StoredPart, header: str | None) -> None:
    """Reject content that does not match its `Content-Digest`."""
    if header is None:
        return
    wanted = header.removeprefix("sha-256=:").removesuffix(":")
    if base64.b64encode(staged.digest).decode() != wanted:
        raise ProblemError(400, "The body does not match its Content-Digest.", "digest_mismatch")


async def _iter_chunks(request: Request, limit: int) -> AsyncIterator[bytes]:
    announced = request.headers.get("content-length", "0")
    if int(announced) > limit:
        raise too_large(limit)
    size = 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > limit:
            raise too_large(limit)
        yield chunk


def _describe(error: ValidationError) -> str:
    # The input is left out, because it may contain a password.
    found = error.errors(include_url=False, include_context=False, include_input=False)
    parts = []
    for entry in found[:5]:
        place = ".".join(str(part)[:100] for part in entry["loc"])
        parts.append(f"{place}: {entry['msg']}" if place else entry["msg"])
    return f"The body is not valid: {'; '.join(parts)}."
