"""Reading request bodies: JSON against the contract's models, uploads into staged content."""

from __future__ import annotations

import asyncio
import base64
from typing import TYPE_CHECKING, Any

from orion_api.contract import models
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool

from orionclient.emulator import strictjson
from orionclient.emulator.problems import ProblemError, bad_body, too_large

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from starlette.requests import Request

    from orionclient.emulator.blobs import StagedBlob
    from orionclient.emulator.contract import Operation
    from orionclient.emulator.parts import StoredPart

# Small chunks are gathered, so that a slow network does not cost a change of threads for every packet.
_BUFFER_SIZE = 1024 * 1024


def check_media_type(operation: Operation, request: Request) -> None:
    """Reject a body of another type than the contract's, an encoded one, and one where none is taken."""
    encoding = request.headers.get("content-encoding", "identity")
    if encoding != "identity":
        raise bad_body(f'Bodies with Content-Encoding "{encoding[:100]}" are not accepted; send them as they are.')
    if operation.body_media is None:
        if has_body(request.headers):
            raise bad_body(f"{operation.id} takes no body.")
        return
    given, *parameters = [part.strip().lower() for part in request.headers.get("content-type", "").split(";")]
    unlabelled = given == "" and operation.body_media == "application/octet-stream"
    charsets = [part for part in parameters if part.startswith("charset=")]
    if charsets and charsets[0].removeprefix("charset=").strip('"') != "utf-8":
        raise bad_body("The body must be UTF-8.")
    if given != operation.body_media and not unlabelled:
        raise ProblemError(
            400,
            f'The body must be of type {operation.body_media}, not "{given[:100]}".',
            "wrong_media_type",
        )


def has_body(headers: Mapping[str, str]) -> bool:
    """Whether the head of the request announces a body that is not empty."""
    return "transfer-encoding" in headers or headers.get("content-length", "0") != "0"


async def read_json(operation: Operation, request: Request, limit: int) -> dict[str, Any]:
    """The JSON body, checked; only the fields that were sent."""
    data = await read_body(request, limit)
    try:
        value = strictjson.loads(data.decode(), whole=True)
    except UnicodeDecodeError:
        raise bad_body("The body is not UTF-8.") from None
    except ValueError as error:
        raise bad_body(f"The body cannot be read: {error}.") from None
    body = check_body(operation, value)
    # An object of the user's own stays as it was written: 1.0 is not 1 there.
    written = strictjson.loads(data.decode()) if any(isinstance(given, dict) for given in body.values()) else {}
    return {name: written.get(name, given) if isinstance(given, dict) else given for name, given in body.items()}


async def read_body(request: Request, limit: int) -> bytes:
    """The body as it is, up to a limit."""
    data = bytearray()
    async for chunk in _iter_chunks(request, limit):
        data += chunk
    return bytes(data)


def check_body(operation: Operation, value: Any) -> dict[str, Any]:
    """Hold a decoded body against the contract's model."""
    model: type[BaseModel] = getattr(models, operation.body_model or "")
    try:
        body = model.model_validate(value)
    except ValidationError as error:
        raise bad_body(_describe(error)) from None
    return body.model_dump(exclude_unset=True)


async def read_upload(request: Request, staged: StagedBlob | StoredPart, limit: int) -> None:
    """The body into staged content. A body that is cut raises `ClientDisconnect`, so it is never taken for a whole one."""
    gathered = bytearray()
    writing: asyncio.Future[None] | None = None
    try:
        async for chunk in _iter_chunks(request, limit):
            gathered += chunk
            if len(gathered) >= _BUFFER_SIZE:
                if writing is not None:
                    await writing
                # One chunk is written while the next one comes in.
                writing = asyncio.ensure_future(run_in_threadpool(staged.write, bytes(gathered)))
                gathered.clear()
    finally:
        # Whoever discards the content must not meet a write.
        if writing is not None:
            await writing
    await run_in_threadpool(staged.write, bytes(gathered))
    await run_in_threadpool(staged.complete)


def check_digest(staged: StagedBlob | StoredPart, header: str | None) -> None:
    """Reject content that is not what `Content-Digest` promised."""
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
    # Without the input: it may hold a password.
    found = error.errors(include_url=False, include_context=False, include_input=False)
    parts = []
    for entry in found[:5]:
        place = ".".join(str(part)[:100] for part in entry["loc"])
        parts.append(f"{place}: {entry['msg']}" if place else entry["msg"])
    return f"The body is not accepted: {'; '.join(parts)}."
