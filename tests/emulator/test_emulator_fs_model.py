"""Random `mkdir`, `cp`, `mv`, `rm` and `ls` by two users: the local Orion and a model in plain dictionaries agree.

By default 50 seeds with 500 steps each; with ORION_NIGHTLY=1, 1,000 seeds.
"""

from __future__ import annotations

import http.client
import json
import os
import random
from collections import Counter
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest
from emulator.emulator_fs_model import KINDS, Item, Model, Node, Problem, Rejected, normalize

from orionclient.emulator import Server

USERS = {"ada": 1, "grace": 2}
SEEDS = 1000 if os.environ.get("ORION_NIGHTLY") == "1" else 50
STEPS = 500
BATCH = 5
NAMES = ("a", "b", "c", "d.smi", "e f")
MANY = 80
CREATE = {
    "file": "/api/v3/storage/files/",
    "dataset": "/api/v1/storage/datasets/",
    "collection": "/api/v1/storage/collections/",
}


class Client:
    """One connection of a user, as fast as possible."""

    def __init__(self, server: Server, user: str) -> None:
        self.connection = http.client.HTTPConnection(server.url.removeprefix("http://"), timeout=60)
        self._headers = {"Authorization": f"Token {server.issue_token(user)}", "Content-Type": "application/json"}

    def send(self, method: str, path: str, body: Any = None, raw: bytes | None = None) -> tuple[int, Any]:
        """Return the status, and the JSON body if there is one."""
        headers = {**self._headers, "Content-Type": "application/octet-stream"} if raw is not None else self._headers
        content = raw if raw is not None else None if body is None else json.dumps(body)
        self.connection.request(method, path, content, headers)
        response = self.connection.getresponse()
        data = response.read()
        return response.status, json.loads(data) if data else None

    def create(self, path: str, body: Any) -> Any:
        status, made = self.send("POST", path, body)
        assert status in {201, 204}, (path, body, made)
        return made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("stack"), seed="demo", durable=False) as running:
        yield running


@pytest.fixture(scope="module")
def clients(server: Server) -> Iterator[dict[str, Client]]:
    made = {user: Client(server, user) for user in USERS}
    yield made
    for client in made.values():
        client.connection.close()


class Run:
    """One seed: fresh projects and workspaces, the model, and the random steps."""

    def __init__(self, server: Server, clients: dict[str, Client], seed: int) -> None:
        self.random, self.clients, self.prefix = random.Random(seed), clients, f"seed {seed}"
        self.log: list[Any] = []
        ada = clients["ada"]
        one, two = (ada.create("/api/v1/projects/", {"name": self.prefix})["id"] for _ in range(2))
        with server._require().stack.store.write_transaction() as db:
            # All seeds share the organization: what an earlier one left there becomes invisible.
            db.execute("DELETE FROM folders WHERE root LIKE 'organization/%'")
            for table in ("files", "datasets", "collections"):
                db.execute(f"UPDATE {table} SET root = 'organization/0' WHERE root LIKE 'organization/%'")
        with_grace = {"target_type": "user", "target_id": USERS["grace"]}
        ada.create(f"/api/v1/shares/project/{one}/", with_grace)
        both, own = (ada.create("/api/v1/workspaces/", {"name": self.prefix, "project": one})["id"] for _ in range(2))
        ada.create(f"/api/v1/shares/workspace/{both}/", with_grace)
        self.project = {f"/project/{each}": each for each in (one, two)}
        self.roots = {
            f"/project/{one}/team": {*USERS},
            f"/project/{two}/team": {"ada"},
            f"/project/{one}/user/ada": {"ada"},
            f"/project/{one}/user/grace": {"grace"},
            f"/project/{one}/workspace/{both}": {*USERS},
            f"/project/{one}/workspace/{own}": {"ada"},
            "/organization": {*USERS},
        }
        self.invalid = ("/elsewhere/a", f"/project/{one}", f"/project/{one}/x/a", f"/project/{one}/workspace/w/a", "/")
        self.hidden = (
            f"/project/{one}/user/alan/a",
            f"/project/{one}/workspace/{own}00/a",
            "/project/9999999/team/a",
        )
        self.model = Model(self.roots)

    # ---------------------------------------------------------------- requests

    def post(self, user: str, path: str, body: Any) -> tuple[int, Any]:
        self.log.append((user, path, body))
        return self.clients[user].send("POST", path, body)

    def ls(self, user: str, path: str, **query: Any) -> tuple[int, list[dict[str, Any]], Any]:
        """List a folder page by page; return the status, the entries and the last body."""
        self.log.append((user, "ls", path, query))
        link, found = f"/api/v1/fs/entries/?{urlencode({'path': path, **query}, quote_via=quote)}", []
        while link:
            status, page = self.clients[user].send("GET", link)
            if status != 200:
                return status, [], page
            found += page["results"]
            assert page["count"] >= len(found)
            link = page["next"]
            link = link if link is None else "/api/" + link.partition("/api/")[2]
        assert page["count"] == len(found)
        return 200, found, page

    # ---------------------------------------------------------------- random input

    def pick_path(self) -> str:
        """A path that often exists: of a folder or an item, in any root."""
        pick = self.random
        if pick.random() < 0.03:
            return pick.choice([*self.invalid, *self.hidden])
        known = [*self.roots, *self.model.folders]
        weights = [1 if each in self.roots else 3 for each in known]
        path = pick.choices(known, weights)[0]
        here = [each for each in self.model.listed(path) if isinstance(each, Item)]
        if here and pick.random() < 0.5:
            path = pick.choice(here).path
        elif pick.random() < 0.3:
            path = f"{path}/{pick.choice(NAMES)}"
        return path.replace("/", "//", 1) if pick.random() < 0.02 else path

    def pick_folder(self) -> str:
        """A path for a new folder or item."""
        pick = self.random
        path = pick.choice([*self.roots, *self.model.folders])
        for _ in range(pick.choice((0, 0, 1, 1, 2))):
            path += f"/{pick.choice(NAMES)}"
        return path

    def pick_sources(self) -> list[str]:
        pick, found = self.random, []
        for _ in range(pick.choice((1, 1, 1, 2, 3))):
            if self.model.items and pick.random() < 0.2:
                item = pick.choice(self.model.items)
                found.append(item.address if pick.random() < 0.95 else f"{pick.choice(KINDS)}://999999999")
            else:
                found.append(self.pick_path())
        return found

    def is_large(self, sources: list[str]) -> bool:
        """Whether a copy would grow the tree too much."""
        size = sum(len(self.model.below(normalize(each))) + 1 for each in sources if "://" not in each)
        return size + len(self.model.folders) + len(self.model.items) > MANY

    # ---------------------------------------------------------------- steps

    def step(self) -> None:
        large = len(self.model.folders) + len(self.model.items) > MANY
        steps = {
            self.mkdir: 8,
            self.make: 12,
            self.cp: 14,
            self.mv: 20,
            self.rm: 30 if large else 8,
            self.check_ls: 20,
            self.get: 8,
        }
        self.random.choices([*steps], [*steps.values()])[0](self.random.choice([*USERS]))

    def check(self, problems: set[Problem], status: int, body: Any) -> bool:
        """Compare the response with the problems; return whether the operation succeeded."""
        if not problems:
            assert status in {200, 204}, (status, body)
            return True
        matching = [each for each in problems if each.status == status and each.code in {"", (body or {}).get("code")}]
        assert matching, (problems, status, body)
        return False

    def mkdir(self, user: str) -> None:
        paths = [self.pick_folder() for _ in range(self.random.choice((1, 1, 2)))]
        parents = self.random.random() < 0.4
        status, body = self.post(user, "/api/v1/folders/", {"paths": paths, "parents": parents})
        self.check(self.model.mkdir(user, paths, parents), status, body)

    def make(self, user: str) -> None:
        """Create an item in a folder that the user can see."""
        folder = self.pick_folder()
        kind = self.random.choice(KINDS)
        name = self.random.choice(NAMES)
        status, made = self.post(user, CREATE[kind], {"name": name, "path": folder})
        if not self.model.is_visible(user, folder):
            assert status == 404, (status, made)
            return
        assert status == 201, (status, made)
        item = Item(kind, made["id"], name, normalize(folder), user, count=None if kind == "file" else 0)
        if kind == "file":
            item.size, item.complete = 0, False
            if self.random.random() < 0.9:
                size = self.random.randrange(1, 9)
                status, body = self.clients[user].send("PUT", f"{CREATE['file']}{made['id']}/upload", raw=b"x" * size)
                assert status == 200, body
                item.size, item.complete = size, True
        self.model.put(item)

    def cp(self, user: str) -> None:
        sources = self.pick_sources()
        if self.is_large(sources):
            self.rm(user)
            return
        self.transfer(user, sources, move=False, recursive=self.random.random() < 0.8)

    def mv(self, user: str) -> None:
        self.transfer(user, self.pick_sources(), move=True)

    def transfer(self, user: str, sources: list[str], *, move: bool, recursive: bool = False) -> None:
        destination = self.pick_path() if self.random.random() < 0.7 else self.pick_folder()
        destination += "/" * (self.random.random() < 0.1)
        force = self.random.random() < 0.4
        body = {"sources": sources, "destination": destination, "force": force}
        route = "/api/v1/fs/moves/" if move else "/api/v1/fs/copies/"
        status, made = self.post(user, route, body if move else {**body, "recursive": recursive})
        before = len(self.model.items)
        problems = self.model.transfer(user, sources, destination, force=force, recursive=recursive, move=move)
        if not self.check(problems, status, made):
            return
        assert len(made["results"]) == len(sources)
        for entry in made["results"]:
            if entry["id"] is not None and not move:
                item = next(
                    each
                    for each in self.model.items[before:]
                    if each.id is None and (each.kind, each.path) == (entry["type"], entry["path"])
                )
                item.id = entry["id"]
        for entry in made["results"]:
            if entry["type"] == "folder":
                self.learn(user, entry["path"])
            else:
                assert self.show(self.find(entry)) == self.shown(entry)

    def learn(self, user: str, folder: str) -> None:
        """Learn the ids of the items in a copied folder; equal items are interchangeable."""
        if not any(item.id is None for item in self.model.below(folder) if isinstance(item, Item)):
            return
        status, entries, _ = self.ls(user, folder)
        assert status == 200
        known = {(item.kind, item.id) for item in self.model.items}
        for entry in entries:
            if entry["id"] is None:
                self.learn(user, entry["path"])
            elif (entry["type"], entry["id"]) not in known:
                item = next(
                    each
                    for each in self.model.listed(folder)
                    if isinstance(each, Item)
                    and each.id is None
                    and (each.kind, each.name, each.size, each.count)
                    == (entry["type"], entry["name"], entry["size"], entry["count"])
                )
                item.id = entry["id"]

    def rm(self, user: str) -> None:
        sources = self.pick_sources()
        options = {
            name: self.random.random() < odds
            for name, odds in (("recursive", 0.7), ("immediate", 0.3), ("dry_run", 0.2))
        }
        status, body = self.post(user, "/api/v1/fs/removals/", {"sources": sources, **options})
        problems, removed = self.model.rm(user, sources, **options)
        if self.check(problems, status, body):
            wanted = Counter(
                (each.kind, each.id, each.path) if isinstance(each, Item) else ("folder", None, each)
                for each in removed
            )
            assert Counter((each["type"], each["id"], each["path"]) for each in body["results"]) == wanted

    def check_ls(self, user: str) -> None:
        if self.random.random() < 0.2:
            self.check_trash(user, self.pick_folder())
            return
        path = self.pick_path()
        query = {"limit": self.random.randrange(1, 4)} if self.random.random() < 0.3 else {}
        types = self.random.sample(("folder", *KINDS), 2) if self.random.random() < 0.2 else ()
        status, entries, body = self.ls(user, path, **query, **({"types": types[0]} if types else {}))
        try:
            node = self.model.locate(user, path)
        except Rejected as error:
            self.check(error.problems, status, body)
            return
        assert status == 200, body
        self.compare(node, entries, types[0] if types else "")

    def check_trash(self, user: str, folder: str) -> None:
        status, entries, body = self.ls(user, folder, deleted="true")
        if not self.model.is_visible(user, folder):
            assert status == 404, body
            return
        skipped = {(item.kind, item.id) for item in self.model.unspecified}
        found = [each for each in entries if (each["type"], each["id"]) not in skipped]
        trashed = [
            item
            for item in self.model.items
            if item.trashed and item.folder == folder and (item.kind, item.id) not in skipped
        ]
        if status == 404 and not trashed and not self.model.is_folder(folder):
            return
        assert status == 200, body
        assert Counter((each["type"], each["id"], each["path"]) for each in found) == Counter(
            (item.kind, item.id, item.path) for item in trashed
        )
        assert all(each["deleted"] for each in found)

    def get(self, user: str) -> None:
        (given, *_) = self.pick_sources()
        self.log.append((user, "get", given))
        status, body = self.clients[user].send("GET", f"/api/v1/fs/entry/?{urlencode({'path': given})}")
        try:
            node = self.model.locate(user, given)
        except Rejected as error:
            self.check(error.problems, status, body)
            return
        assert status == 200, body
        if node in self.roots:
            assert (body["type"], body["id"], body["path"]) == ("folder", None, node)
        else:
            assert self.shown(body) == self.show(node)

    # ---------------------------------------------------------------- comparison

    def find(self, entry: dict[str, Any]) -> Item:
        return next(item for item in self.model.items if (item.kind, item.id) == (entry["type"], entry["id"]))

    def show(self, node: Node) -> tuple[Any, ...]:
        path = node if isinstance(node, str) else node.path
        project = next((each for start, each in self.project.items() if path.startswith(f"{start}/")), None)
        if isinstance(node, str):
            return ("folder", None, path.rpartition("/")[2], path, USERS[self.model.folders[path]], project, None, None)
        return (node.kind, node.id, node.name, path, USERS[node.owner], project, node.size, node.count)

    def shown(self, entry: dict[str, Any]) -> tuple[Any, ...]:
        # An item of the organization has the project of its creation.
        project = None if entry["path"].startswith("/organization/") else entry["project"]
        own = tuple(entry[name] for name in ("type", "id", "name", "path", "owner"))
        return (*own, project, entry["size"], entry["count"])

    def compare(self, node: Node, entries: list[dict[str, Any]], only: str = "") -> None:
        """Compare a listing with the model: the entries, and that folders are first and each group is sorted by name."""
        wanted = [node] if isinstance(node, Item) else self.model.listed(node)
        shown = [each for each in map(self.show, wanted) if only in {"", each[0]}]
        assert Counter(map(self.shown, entries)) == Counter(shown)
        order = [(each["type"] != "folder", each["name"]) for each in entries]
        assert order == sorted(order)

    def compare_all(self) -> None:
        """Compare every folder, as one of its users sees it; the roots also as each other user."""
        for path in [*self.roots, *self.model.folders]:
            users = [self.random.choice([*USERS])] if path in self.model.folders else [*USERS]
            for user in users:
                status, entries, body = self.ls(user, path)
                if self.model.is_visible(user, path):
                    assert status == 200, body
                    self.compare(path, entries)
                else:
                    assert status == 404, body
                self.check_trash(user, path)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("batch", range(SEEDS // BATCH))
def test_the_local_orion_and_the_model_agree(server: Server, clients: dict[str, Client], batch: int) -> None:
    for seed in range(batch * BATCH, (batch + 1) * BATCH):
        run = Run(server, clients, seed)
        try:
            for _ in range(STEPS):
                run.step()
            run.compare_all()
        except Exception as error:
            raise AssertionError(f"seed {seed}, after {len(run.log)} requests, the last: {run.log[-3:]}") from error
