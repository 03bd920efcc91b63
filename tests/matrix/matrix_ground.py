"""The environment of the fault matrix: local Orions, their proxies, and the ten operations with their effects."""

from __future__ import annotations

import itertools
import random
import urllib.request
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import quote

from helpers.plain import Plain
from orion_api.api.collections import list_collections
from orion_api.api.datasets import create_dataset
from orion_api.api.files import delete_file, download_file, get_file, update_file, upload_file_content
from orion_api.api.jobs import create_job
from orion_api.api.tags import add_tags

from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.testing import FaultProxy
from orionclient.types import Dataset, File, ShardCollection, WorkFloeJob

CONTENT = random.Random(7).randbytes(200_000)
OTHER = random.Random(8).randbytes(200_000)
LARGE = "x" * 9_000
_IDS = itertools.count(1)
_FILES = "/api/v3/storage/files/"


@dataclass
class Work:
    """One call of an operation: its inputs and its outputs."""

    ground: Ground
    folder: Path
    large: bool = False
    # Whether the resource is loaded before the download, with its size and digest.
    known: bool = False
    filters: dict[str, Any] = field(default_factory=dict)
    serial: int = field(default_factory=lambda: next(_IDS))
    id: int = 0
    content: bytes = CONTENT

    @property
    def name(self) -> str:
        return f"made {self.serial}"

    @property
    def body(self) -> dict[str, Any]:
        return {"name": self.name, **({"description": LARGE} if self.large else {})}

    @property
    def params(self) -> dict[str, Any]:
        return {"promoted": {"text": LARGE if self.large else "CNS"}}

    @property
    def tags(self) -> list[str]:
        return [f"{self.name} {count} {'x' * 100}" for count in range(40)] if self.large else [self.name]

    @property
    def target(self) -> Path:
        return self.folder / f"target {self.serial}"


class Ground:
    """One server with the resources of the operations, created without the client."""

    def __init__(self, orion: LocalOrion) -> None:
        self.orion = orion
        self.faults = orion.faults
        self.plain = Plain(orion.url, orion.token)
        self.file = self.new_file("read")
        self.put_content(self.file, CONTENT)
        self.changed = self.new_file("changed")
        for index in range(3):
            self.post("/api/v1/storage/collections/", {"name": f"listed {index}"})
        floes = self.plain.get("/api/v1/workfloes/?title=Echo")["results"]
        self.floe: int = floes[0]["id"]

    def post(self, path: str, body: Any) -> int:
        status, made = self.plain.request("POST", path, body)
        assert status == 201, made
        return int(made["id"])

    def new_file(self, name: str) -> int:
        return self.post(_FILES, {"name": name})

    def put_content(self, file_id: int, content: bytes) -> None:
        request = urllib.request.Request(f"{self.orion.url}{_FILES}{file_id}/upload", content, method="PUT")
        request.add_header("Authorization", f"Token {self.orion.token}")
        request.add_header("Content-Type", "application/octet-stream")
        urllib.request.urlopen(request, timeout=120).close()

    def content(self, file_id: int) -> bytes:
        # The second origin rejects a token, so the redirect is followed without one.
        request = urllib.request.Request(f"{self.orion.url}{_FILES}{file_id}/download")
        request.add_unredirected_header("Authorization", f"Token {self.orion.token}")
        with urllib.request.urlopen(request, timeout=120) as response:
            return bytes(response.read())

    def count_named(self, path: str, name: str) -> int:
        """Count the resources of a kind with a name, including the trash."""
        listed, after = 0, f"{path}?limit=1000&name={quote(name)}"
        while after:
            page = self.plain.get(after)
            listed += sum(each["name"] == name for each in page["results"])
            after = page["next"]
        return listed


@dataclass(frozen=True)
class Column:
    """An operation: its preparation, its two ways to call, and the check of its effects on the server.

    `objects` counts on the server what it created; None if it creates nothing that could exist twice.
    """

    operation: str
    verb: Callable[[OrionSession, Work], Any]
    raw: Callable[[Any, Work], Awaitable[Any]]
    good: Callable[[Work, Any], bool]
    prepare: Callable[[Work], int] = lambda _: 0
    objects: Callable[[Work], int] | None = None


def _get(session: OrionSession, work: Work) -> Any:
    return session.get_resource(File, work.id).name


async def _raw_get(client: Any, work: Work) -> Any:
    return (await get_file.asyncio(work.id, client=client)).name


def _list(session: OrionSession, work: Work) -> Any:
    return sorted(each.name for each in session.list_resources(ShardCollection, work.filters))


async def _raw_list(client: Any, work: Work) -> Any:
    page = await list_collections.asyncio(client=client)
    return sorted(each.name for each in page.results)


def _create(session: OrionSession, work: Work) -> Any:
    return session.create_resource(Dataset, work.body).name


async def _raw_create(client: Any, work: Work) -> Any:
    return (await create_dataset.asyncio(client=client, body=work.body)).name


def _update(session: OrionSession, work: Work) -> Any:
    session.update_resource(File(id=work.id), work.body)


async def _raw_update(client: Any, work: Work) -> Any:
    await update_file.asyncio(work.id, client=client, body=work.body)


def _delete(session: OrionSession, work: Work) -> Any:
    session.delete_resource(File(id=work.id))


async def _raw_delete(client: Any, work: Work) -> Any:
    await delete_file.asyncio(work.id, client=client)


def _tag(session: OrionSession, work: Work) -> Any:
    session.tag_resource(File(id=work.id), *work.tags)


async def _raw_tag(client: Any, work: Work) -> Any:
    await add_tags.asyncio("file", work.id, client=client, body={"tags": work.tags})


def _start(session: OrionSession, work: Work) -> Any:
    return WorkFloeJob.start(session, work.ground.floe, work.name, work.params).name


async def _raw_start(client: Any, work: Work) -> Any:
    body = {"workfloe": work.ground.floe, "name": work.name, "parameters": work.params}
    return (await create_job.asyncio(client=client, body=body)).name


def _upload(session: OrionSession, work: Work) -> Any:
    File(id=work.id, session=session).put_content(work.content)


async def _raw_upload(client: Any, work: Work) -> Any:
    await upload_file_content.asyncio(work.id, client=client, body=work.content)


def _download(session: OrionSession, work: Work) -> Any:
    file = session.get_resource(File, work.id) if work.known else File(id=work.id, session=session)
    file.download_to_file(work.target, durable=False)
    return work.target.read_bytes()


async def _raw_download(client: Any, work: Work) -> Any:
    async with await download_file.asyncio(work.id, client=client) as response:
        return await response.aread()


def _wait(session: OrionSession, work: Work) -> Any:
    file = File(id=work.id, session=session)
    session.refresh_resource_until(file, "name", "read", timeout=600)
    return file.name


def _new_file(work: Work) -> int:
    return work.ground.new_file("to be filled")


def _is_trashed(work: Work) -> bool:
    return work.ground.plain.status(f"{_FILES}{work.id}/") == 404


def _count_datasets(work: Work) -> int:
    return work.ground.count_named("/api/v1/storage/datasets/", work.name)


def _count_jobs(work: Work) -> int:
    return work.ground.count_named("/api/v1/jobs/", work.name)


def _is_renamed(work: Work, _: Any) -> bool:
    return bool(work.ground.plain.get(f"{_FILES}{work.id}/")["name"] == work.name)


def _is_tagged(work: Work, _: Any) -> bool:
    listed = work.ground.plain.get(f"/api/v1/tags/file/{work.id}/?limit=1000")["results"]
    return sorted(tag["name"] for tag in listed) == sorted(work.tags)


_THREE = [f"listed {index}" for index in range(3)]

COLUMN: dict[str, Column] = {
    "G": Column("get_file", _get, _raw_get, lambda _, got: got == "read", lambda work: work.ground.file),
    "L": Column("list_collections", _list, _raw_list, lambda _, got: got == _THREE),
    "C": Column("create_dataset", _create, _raw_create, lambda work, got: got == work.name, objects=_count_datasets),
    "U": Column("update_file", _update, _raw_update, _is_renamed, lambda work: work.ground.changed),
    "X": Column("delete_file", _delete, _raw_delete, lambda work, _: _is_trashed(work), _new_file),
    "T": Column("add_tags", _tag, _raw_tag, _is_tagged, _new_file),
    "J": Column("create_job", _start, _raw_start, lambda work, got: got == work.name, objects=_count_jobs),
    "P": Column(
        "upload_file_content",
        _upload,
        _raw_upload,
        lambda work, _: work.ground.content(work.id) == work.content,
        _new_file,
    ),
    "D": Column(
        "download_file", _download, _raw_download, lambda work, got: got == work.content, lambda work: work.ground.file
    ),
    "W": Column("get_file", _wait, _raw_get, lambda _, got: got == "read", lambda work: work.ground.file),
}


class Wires:
    """Two fault proxies to a server, without and with TLS."""

    def __init__(self, plain: FaultProxy, tls: FaultProxy, ca_file: Path) -> None:
        self.proxies = {"plain": plain, "tls": tls}
        self.ca_file = ca_file
