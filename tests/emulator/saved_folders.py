"""Saved folders: a data folder of each schema version, with what its server responded, to be opened by later versions.

Before a migration is added, run this script. It fills a folder with the code of today and saves it as `saved/version_<N>.tar.xz`:

    python tests/emulator/saved_folders.py
"""

from __future__ import annotations

import hashlib
import io
import json
import sqlite3
import tarfile
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
from emulator_floes import JOBS, PROGRAM, floe, reach, start, until

from orionclient.emulator import Server

SAVED = Path(__file__).parent / "saved"
FILES, DATASETS = "/api/v3/storage/files/", "/api/v1/storage/datasets/"
COLLECTIONS, UPLOADS = "/api/v1/storage/collections/", "/api/v3/storage/uploads/"
DATABASES, QUERIES = "/api/v1/molsearch/databases/", "/api/v1/molsearch/queries/"
FOLDERS, SECRETS, TOKENS = "/api/v1/folders/", "/api/v1/secrets/", "/api/v1/tokens/"
WORKSPACES = "/api/v1/workspaces/"
# Without a path of this machine, since it is stored.
FLOE = floe(argv=["python3", "-I", "-S", "-u", "-c", PROGRAM])
MOLECULES = b"CCO ethanol\nc1ccccc1 benzene\nCC(=O)O acetic_acid\n"

#: What the server is asked: as ada, who created nearly everything, and as grace, who has what is shared.
ADA = [
    *(f"{path}{query}" for path in (FILES, DATASETS, COLLECTIONS) for query in ("", "?deleted=true", "?path=/screens/june", "?project=3")),
    *(FOLDERS, SECRETS, TOKENS, JOBS, DATABASES, QUERIES, UPLOADS, "/api/v1/packages/", "/api/v1/workfloes/"),
    *("/api/v1/projects/", "/api/v1/users/", "/api/v1/groups/", "/api/v1/organizations/"),
    *(f"{FILES}?tags=red", f"{FILES}?name=two", f"{JOBS}1/logs/", f"{DATASETS}1/records/", f"{DATASETS}1/download/?format=smi"),
    *(f"{FILES}{index}/download" for index in (1, 2, 4)),
    *(f"{COLLECTIONS}1/shards/", f"{COLLECTIONS}1/shards/1/download/", f"{COLLECTIONS}1/shards/2/download/"),
    *(f"/api/v1/tags/{name}/1/" for name in ("file", "dataset", "collection", "job")),
    *(f"/api/v1/shares/{name}/1/" for name in ("file", "dataset", "collection", "secret", "workspace")),
    *(WORKSPACES, f"{WORKSPACES}1/users/"),
]  # fmt: skip
GRACE = [
    *(FILES, DATASETS, COLLECTIONS, FOLDERS, SECRETS, WORKSPACES),
    f"{FILES}1/download",
    f"{FILES}2/",
    f"{FILES}2/download",
]


def connect(server: Server, user: str) -> httpx.Client:
    """Open a client of a user."""
    headers = {"Authorization": f"Token {server.issue_token(user)}"}
    return httpx.Client(base_url=server.url, headers=headers, timeout=120, trust_env=False)


def fill(server: Server) -> None:
    """Fill a new folder by requests: every kind, every kind of content, folders, tags, shares, trash and an open upload."""
    with connect(server, "ada") as ada:

        def send(method: str, path: str, **options: Any) -> Any:
            response = ada.request(method, path, **options).raise_for_status()
            return response.json() if response.content else None

        send("POST", FOLDERS, json={"paths": ["/screens/june", "/empty"]})
        for name, fields in {
            "one": {},
            "two": {"path": "/screens/june"},
            "old": {},
            "shared project": {"project": 3, "path": "/both"},
        }.items():
            made = send("POST", FILES, json={"name": name, **fields})
            send("PUT", f"{FILES}{made['id']}/upload", content=name.encode() * 100)
        send("DELETE", f"{FILES}3/")
        send("POST", FILES, json={"name": "no content", "path": "/screens"}, headers={"Idempotency-Key": "saved"})

        send("POST", DATASETS, json={"name": "molecules", "path": "/screens/june"})
        send("PUT", f"{DATASETS}1/upload?format=smi", content=MOLECULES)
        send("POST", DATASETS, json={"name": "empty"})

        send("POST", COLLECTIONS, json={"name": "shards", "path": "/screens/june", "metadata": {"frames": 2}})
        for index in (1, 2, 3):
            send("POST", f"{COLLECTIONS}1/shards/", json={"name": f"shard {index}"})
        for index in (1, 2):
            send("PUT", f"{COLLECTIONS}1/shards/{index}/upload/", content=b"%d" % index * 1000)
        send("POST", f"{COLLECTIONS}1/shards/1/close/")
        send("POST", COLLECTIONS, json={"name": "version 2", "version": 2, "project": 3})

        upload = {"resource_type": "file", "resource_id": 5, "size": 6 * 1024**2, "part_size": 5 * 1024**2}
        made = send("POST", UPLOADS, json=upload)
        send("PUT", f"{UPLOADS}{made['id']}/parts/2", content=bytes(1024**2))

        send("POST", SECRETS, json={"name": "secret", "value": "hidden"})
        send("POST", TOKENS, json={"description": "token"})
        for _ in range(2):
            send("POST", WORKSPACES, json={"name": "workspace", "project": 3})
        send("POST", "/api/v1/shares/workspace/1/", json={"target_type": "user", "target_id": 2})
        send("POST", "/api/v1/shares/file/4/", json={"target_type": "workspace", "target_id": 1})
        for name in ("file", "dataset", "collection"):
            send("POST", f"/api/v1/tags/{name}/1/", json={"tags": ["red", "green"]})
        for name, target in {"file": "user", "dataset": "group", "collection": "organization", "secret": "project"}.items():  # fmt: skip
            share = {"target_type": target, "target_id": {"user": 2, "project": 3}.get(target, 1)}
            send("POST", f"/api/v1/shares/{name}/1/", json=share)

        job = start(ada, f"ask('POST', '{DATASETS}', {{'name': 'of a job'}}); print('done')", name="job")
        reach(ada, job)
        send("POST", "/api/v1/tags/job/1/", json={"tags": ["red"]})
        database = send("POST", DATABASES, json={"name": "db", "dataset": 1})
        path = f"{DATABASES}{database['id']}/"
        until(lambda: ada.get(path).json(), lambda found: found["state"] == "LOADED")


def ask(server: Server) -> dict[str, Any]:
    """Return the status and the body of every response: JSON as it is, other content as its digest."""
    responses = {}
    for user, paths in (("ada", ADA), ("grace", GRACE)):
        with connect(server, user) as client:
            for path in paths:
                response = client.get(path)
                is_json = response.headers.get("Content-Type", "").startswith("application/json")
                body = response.json() if is_json else hashlib.sha256(response.content).hexdigest()
                responses[f"{user} {path}"] = [response.status_code, body]
            token = hashlib.sha256(server.issue_token(user).encode()).hexdigest()
            responses[f"{user} token"] = [200, token]
    return responses


def save() -> Path:
    """Fill a folder, and save it under the index of its schema version."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary) / "stack"
        with Server(folder, seed="demo", floes=[FLOE]) as server:
            fill(server)
            responses = ask(server)
        with closing(sqlite3.connect(folder / "orion.sqlite")) as db:
            version = db.execute("PRAGMA user_version").fetchone()[0]
            db.execute("VACUUM")
        path = SAVED / f"version_{version}.tar.xz"
        with tarfile.open(path, "x:xz") as archive:
            archive.add(folder, "stack")
            content = json.dumps(responses, indent=1).encode()
            entry = tarfile.TarInfo("responses.json")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    return path


def unpack(path: Path, folder: Path) -> tuple[Path, dict[str, Any]]:
    """Unpack a saved folder; returns its path and the responses of the server that filled it."""
    with tarfile.open(path) as archive:
        archive.extractall(folder, filter="data")
    return folder / "stack", json.loads((folder / "responses.json").read_bytes())


if __name__ == "__main__":
    print(save())
