"""The model of a session under random faults: its expected state, compared with the server after every call."""

from __future__ import annotations

import itertools
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import quote

from helpers.plain import Plain
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from orionclient._requesting import retry_loop
from orionclient._requesting.limits import clear_limiters
from orionclient._transport import exchange
from orionclient.exceptions import OrionError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession, get_session
from orionclient.types import Dataset, File, Shard, ShardCollection, User, WorkFloeJob

PATHS = {
    "dataset": "/api/v1/storage/datasets/",
    "file": "/api/v3/storage/files/",
    "collection": "/api/v1/storage/collections/",
    "job": "/api/v1/jobs/",
}
KINDS: dict[str, Any] = {"dataset": Dataset, "file": File, "collection": ShardCollection, "job": WorkFloeJob}

FAULTS: list[Any] = [
    "reset", "close", "reset_after", "close_after", 429, 500, 502, 503, 504, 408, 400, 403, 404, "garbage", "html", "broken_json",
    "gzip_cut", "gzip_cut;how=crc", "hints", "cut;sent=0", "cut;sent=40", "cut;sent=5;how=close", "cut;sent=5;framing=close;how=close",
    "length;by=7", "digest", "reset;read=10", "status;code=503;read=10", "status;code=504;applied=true", 'strip;headers=["Range"]',
    {"step": "status", "code": 503, "headers": {"Retry-After": "1"}}, "unasked_range", "unasked_range;start=3", "redirect", "redirect",
    "resize;by=-1", "resize;by=9", "resize;by=-1;framing=close", "resize;by=9;framing=chunked", "null_field;field=name",
    "null_field;field=state", "null_field;field=size", "null_field;field=sha256", "null_field;field=results.*.name",
    "null_field;field=results.0.state", "missing_next", "missing_next", "pass", "pass",
]  # fmt: skip


def draw_fault(fault: Any) -> st.SearchStrategy[Any]:
    """Return a strategy for a fault; for a redirect it draws the status and the target."""
    if fault != "redirect":
        return st.just(fault)
    targets = st.sampled_from(["self", "self", None])
    return st.builds(lambda code, url: {"step": "redirect", "code": code, "url": url}, st.integers(300, 308), targets)


# The resource_id of faults, and of calls without one, is drawn as well.
schedules = st.lists(st.sampled_from(FAULTS).flatmap(draw_fault), max_size=4)
contents = st.binary(min_size=1, max_size=64).flatmap(
    lambda chunk: st.sampled_from([1, 50, 4_000]).map(lambda times: chunk * times)
)


class Server:
    """The server of all schedules; each schedule has its own project."""

    def __init__(self, orion: LocalOrion, folder: Path) -> None:
        self.orion, self.folder = orion, folder
        self.plain = Plain(orion.url, orion.token)
        self.floe: int = self.plain.get("/api/v1/workfloes/?title=Echo")["results"][0]["id"]
        self.ids = itertools.count(1)
        self.schedules = self.calls = self.failed = self.met = 0

    def new_project(self) -> int:
        status, made = self.plain.request("POST", "/api/v1/projects/", {"name": f"schedule {next(self.ids)}"})
        assert status == 201, made
        return int(made["id"])

    def list_names(self, path: str, project: int, *, trash: bool = False) -> dict[int, str]:
        """Map the ids of the resources of a project to their names."""
        found: dict[int, str] = {}
        after = f"{path}?limit=1000&project={project}{'&deleted=true' if trash else ''}"
        while after:
            page = self.plain.get(after)
            found.update((each["id"], each["name"]) for each in page["results"])
            after = page["next"]
        return found

    def content(self, path: str) -> bytes | None:
        request = urllib.request.Request(self.orion.url + path)
        request.add_header("Authorization", f"Token {self.orion.token}")
        try:
            with urllib.request.urlopen(request, timeout=120) as response:
                return bytes(response.read())
        except urllib.error.HTTPError as error:
            error.close()
            return None


class Model(RuleBasedStateMachine):
    """A session under faults, and the expected state of the server."""

    server: ClassVar[Server]
    keyed: ClassVar[bool]

    def __init__(self) -> None:
        super().__init__()
        self.server.schedules += 1
        self.project = self.server.new_project()
        # Kind -> id -> name, as expected.
        self.expected: dict[str, dict[int, str]] = {kind: {} for kind in KINDS}
        self.content: dict[int, set[bytes | None]] = {}
        self.shards: dict[int, dict[int, bytes]] = {}
        self.tags: dict[int, set[str]] = {}
        self.shared: dict[int, bool] = {}
        self.faults = self.server.orion.faults
        self.faults.clear()
        exchange.close_connections()
        retry_loop._KEYED_ORIGINS.clear()
        clear_limiters()

    @initialize(content=contents)
    def start(self, content: bytes) -> None:
        self.store(content, [])

    def attempt(self, steps: list[Any], call: Callable[[OrionSession], Any]) -> tuple[Any, OrionError | None]:
        """Make one call under faults; return its result, or its error."""
        config = self.server.orion.config(project=self.project)
        session = OrionSession(config, requests_session=get_session())
        if self.keyed:
            session.is_authenticated()
        self.faults.clear()
        if steps:
            self.faults.script("*", steps)
        self.server.calls += 1
        result, error = None, None
        try:
            result = call(session)
        except OrionError as caught:
            error = caught
            self.server.failed += 1
        self.server.met += len(self.faults.report().applied)
        # The checks below must not meet faults that are left.
        self.requests = self.faults.requests()
        self.faults.clear()
        return result, error

    def new_name(self) -> str:
        return f"made {next(self.server.ids)}"

    def pick(self, index: int, of: Any) -> Any:
        return sorted(of)[index % len(of)]

    def check_created(self, kind: str, name: str, error: OrionError | None) -> int | None:
        """Check that a creation made exactly one resource, or with an error at most one; return its id."""
        found = self.server.list_names(PATHS[kind], self.project)
        fresh = {resource_id: each for resource_id, each in found.items() if resource_id not in self.expected[kind]}
        assert len(fresh) <= 1, ("made twice", kind, fresh, error, self.requests)
        assert {resource_id: found.get(resource_id) for resource_id in self.expected[kind]} == self.expected[kind], (
            kind,
            error,
        )
        if error is None:
            assert list(fresh.values()) == [name], (kind, fresh, self.requests)
        elif fresh and not error.may_have_been_applied:
            # The clean-up after an error may fail too, and leave the resource.
            assert any(each.operation.startswith(("delete", "upload", "add_tags")) for each in self.requests), (
                kind,
                error,
                self.requests,
            )
        self.expected[kind].update(fresh)
        return next(iter(fresh), None)

    # -- creations

    @rule(steps=schedules)
    def create_dataset(self, steps: list[Any]) -> None:
        name = self.new_name()
        self.check_created("dataset", name, self.attempt(steps, lambda session: Dataset.create(session, name))[1])

    @rule(steps=schedules)
    def start_job(self, steps: list[Any]) -> None:
        name, params = self.new_name(), {"promoted": {"text": "CNS"}}
        _, error = self.attempt(steps, lambda session: WorkFloeJob.start(session, self.server.floe, name, params))
        self.check_created("job", name, error)

    @rule(steps=schedules)
    def create_collection(self, steps: list[Any]) -> None:
        name = self.new_name()
        _, error = self.attempt(steps, lambda session: ShardCollection.create(session, name))
        resource_id = self.check_created("collection", name, error)
        if resource_id is not None:
            self.shards[resource_id] = {}

    @rule(steps=schedules, content=contents)
    def store(self, content: bytes, steps: list[Any]) -> None:
        name = self.new_name()
        _, error = self.attempt(steps, lambda session: File.upload(session, name, content))
        resource_id = self.check_created("file", name, error)
        if resource_id is not None:
            got = self.server.content(f"{PATHS['file']}{resource_id}/download")
            assert got == content or (error is not None and got is None), (got, error, self.requests)
            self.content[resource_id] = {got}

    # -- changes of existing resources

    @precondition(lambda self: self.expected["file"])
    @rule(steps=schedules, content=contents, which=st.integers(0, 99))
    def replace(self, steps: list[Any], content: bytes, which: int) -> None:
        resource_id = self.pick(which, self.expected["file"])
        _, error = self.attempt(steps, lambda session: File(id=resource_id, session=session).put_content(content))
        got = self.server.content(f"{PATHS['file']}{resource_id}/download")
        allowed = {content} if error is None else {content, *self.content[resource_id]}
        assert got in allowed, (got, error, self.requests)
        self.content[resource_id] = {got}

    @precondition(lambda self: self.expected["file"])
    @rule(steps=schedules, which=st.integers(0, 99), sink=st.booleans())
    def fetch(self, steps: list[Any], which: int, sink: bool) -> None:
        resource_id = self.pick(which, self.expected["file"])
        target = self.server.folder / "target"
        target.write_bytes(b"old")
        content = next(iter(self.content[resource_id]))
        # A response with content of another size is complete; only the size of the file shows that it is wrong.
        resized = any(str(step).startswith("resize") for step in steps)
        known = {"size": len(content)} if resized and content is not None else {}

        def call(session: OrionSession) -> bytes:
            file = File(id=resource_id, session=session, **known)
            if not sink:
                return b"".join(file.download())
            file.download_to_file(target, durable=False)
            return target.read_bytes()

        got, error = self.attempt(steps, call)
        if error is None:
            assert {got} == self.content[resource_id], (got, self.requests)
        elif sink:
            assert target.read_bytes() == b"old"
        for left in self.server.folder.iterdir():
            left.unlink()

    @precondition(lambda self: any(self.expected[kind] for kind in ("dataset", "file", "collection")))
    @rule(steps=schedules, which=st.integers(0, 99))
    def rename(self, steps: list[Any], which: int) -> None:
        kind, resource_id = self.pick(which, self.all_of("dataset", "file", "collection"))
        name = self.new_name()
        _, error = self.attempt(
            steps, lambda session: session.update_resource(KINDS[kind](id=resource_id), {"name": name})
        )
        found = self.server.list_names(PATHS[kind], self.project)
        allowed = {name} if error is None else {name, self.expected[kind][resource_id]}
        assert found[resource_id] in allowed, (found[resource_id], error, self.requests)
        self.expected[kind][resource_id] = found[resource_id]
        assert found == self.expected[kind]

    @precondition(lambda self: any(self.expected[kind] for kind in ("dataset", "file", "collection")))
    @rule(steps=schedules, which=st.integers(0, 99), immediate=st.booleans())
    def delete(self, steps: list[Any], which: int, immediate: bool) -> None:
        kind, resource_id = self.pick(which, self.all_of("dataset", "file", "collection"))
        _, error = self.attempt(
            steps, lambda session: session.delete_resource(KINDS[kind](id=resource_id), immediate=immediate)
        )
        found = self.server.list_names(PATHS[kind], self.project)
        # After a lost response a 404 counts as deleted; here it may be an injected fault, and false.
        injected = len(self.requests) > 1 and any(
            each.step == "status" and each.status == 404 for each in self.requests
        )
        assert error is not None or injected or resource_id not in found, self.requests
        if resource_id not in found:
            del self.expected[kind][resource_id]
            for state in (self.content, self.shards) if kind in {"file", "collection"} else ():
                state.pop(resource_id, None)
            if kind == "file":
                self.tags.pop(resource_id, None)
                self.shared.pop(resource_id, None)
        assert found == self.expected[kind], (kind, error)

    def all_of(self, *kinds: str) -> list[tuple[str, int]]:
        return [(kind, resource_id) for kind in kinds for resource_id in self.expected[kind]]

    @precondition(lambda self: self.expected["file"])
    @rule(steps=schedules, which=st.integers(0, 99), tag=st.sampled_from("abc"), off=st.booleans())
    def tag(self, steps: list[Any], which: int, tag: str, off: bool) -> None:
        resource_id = self.pick(which, self.expected["file"])
        before = self.tags.get(resource_id, set())
        after = before - {tag} if off else before | {tag}

        def call(session: OrionSession) -> None:
            (session.untag_resource if off else session.tag_resource)(File(id=resource_id), tag)

        _, error = self.attempt(steps, call)
        listed = self.server.plain.get(f"/api/v1/tags/file/{resource_id}/?limit=1000")["results"]
        found = [each["name"] for each in listed]
        assert len(found) == len(set(found)), found
        assert set(found) in ([after] if error is None else [before, after]), (found, error, self.requests)
        self.tags[resource_id] = set(found)

    @precondition(lambda self: self.expected["file"])
    @rule(steps=schedules, which=st.integers(0, 99), off=st.booleans())
    def share(self, steps: list[Any], which: int, off: bool) -> None:
        resource_id = self.pick(which, self.expected["file"])

        def call(session: OrionSession) -> None:
            (session.unshare_resource if off else session.share_resource)(File(id=resource_id), User(id=2))

        _, error = self.attempt(steps, call)
        found = self.server.plain.get(f"/api/v1/shares/file/{resource_id}/?limit=1000")["results"]
        assert len(found) <= 1, ("shared twice", found)
        assert bool(found) in ([not off] if error is None else [not off, self.shared.get(resource_id, False)])
        self.shared[resource_id] = bool(found)

    # -- shards

    @precondition(lambda self: self.expected["collection"])
    @rule(steps=schedules, which=st.integers(0, 99), content=contents)
    def add_shard(self, steps: list[Any], which: int, content: bytes) -> None:
        parent = self.pick(which, self.expected["collection"])
        name = self.new_name()

        def call(session: OrionSession) -> Shard:
            return Shard.create(ShardCollection(id=parent, session=session), name, file=content)

        _, error = self.attempt(steps, call)
        path = f"{PATHS['collection']}{parent}/shards/"
        found = self.server.plain.get(f"{path}?limit=1000&name={quote(name)}")["results"]
        assert len(found) <= 1, ("made twice", found)
        if error is None:
            assert [each["state"] for each in found] == ["ready"], (found, self.requests)
        if found and found[0]["state"] == "ready":
            assert self.server.content(f"{path}{found[0]['id']}/download/") == content
            self.shards[parent][found[0]["id"]] = content

    @precondition(lambda self: any(self.shards.values()))
    @rule(steps=schedules, which=st.integers(0, 99))
    def fetch_shard(self, steps: list[Any], which: int) -> None:
        pairs = [(parent, resource_id) for parent, shards in self.shards.items() for resource_id in shards]
        parent, resource_id = self.pick(which, pairs)

        def call(session: OrionSession) -> bytes:
            collection = ShardCollection(id=parent, session=session)
            return b"".join(session.get_resource(Shard(collection=collection), resource_id).download())

        got, error = self.attempt(steps, call)
        assert error is not None or got == self.shards[parent][resource_id], self.requests

    # -- listings

    @rule(steps=schedules, kind=st.sampled_from(sorted(KINDS)))
    def list_resources(self, steps: list[Any], kind: str) -> None:
        def call(session: OrionSession) -> dict[int, str]:
            found = [
                (each.id, each.name)
                for each in session.list_resources(KINDS[kind], {"project": self.project, "limit": 2})
            ]
            assert len(found) == len(dict(found)), found
            return dict(found)

        found, error = self.attempt(steps, call)
        assert error is not None or found == self.expected[kind], self.requests

    def teardown(self) -> None:
        self.faults.clear()
        for kind, expected in self.expected.items():
            assert self.server.list_names(PATHS[kind], self.project) == expected, kind
