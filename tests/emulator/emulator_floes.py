"""Helpers for job tests: a floe that runs code from a parameter, servers with this floe, and functions to start and await jobs."""

from __future__ import annotations

import sys
import time
import uuid

import pytest

from orionclient.emulator import Server

PROGRAM = """
import json, os, signal, sys, threading, time
from pathlib import Path

def end_with_the_server():
    os.read(0, 1)
    os.killpg(0, signal.SIGKILL)

threading.Thread(target=end_with_the_server, daemon=True).start()
folder = Path(sys.argv[1])
given = json.loads((folder / "parameters.json").read_text())

def tell(name, text):
    (folder / (name + ".new")).write_text(str(text))
    (folder / (name + ".new")).replace(folder / name)

def wait_for(path):
    while not Path(path).exists():
        time.sleep(0.01)

def note(path, text):
    with open(path, "a") as file:
        file.write(text + "\\n")

def ask(method, path, body=None):
    import urllib.request
    head = {"Authorization": "Token " + os.environ["ORION_TOKEN"], "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(os.environ["ORION_URL"] + path, data, head, method=method)
    with urllib.request.urlopen(request) as response:
        return json.loads(response.read() or b"null")

exec(given.get("promoted", {}).get("code", ""))
"""
ARGV = [sys.executable, "-I", "-S", "-u", "-c", PROGRAM]
# Prints its process id and that of a child, which outlives it unless it is killed.
CHILD = "import subprocess; print(os.getpid(), subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']).pid)\n"
JOBS = "/api/v1/jobs/"


def specification(name="run", *parameters, **fields):
    code = {
        "name": "code",
        "promoted_name": "code",
        "type": "string",
        "title": "Code",
        "description": "What to do.",
        "required": False,
    }
    return {
        "name": name,
        "title": f"The floe {name}",
        "description": "For tests.",
        "uuid": str(uuid.uuid5(uuid.NAMESPACE_URL, name)),
        "cubes": [{"name": name, "type": "python", "parameters": [code, *parameters]}],
        **fields,
    }


def floe(name="run", *parameters, argv=ARGV, tags=("test",), **fields):
    return {"specification": specification(name, *parameters, **fields), "tags": list(tags), "argv": argv}


FLOES = [
    floe(),
    floe("missing", argv=["/nowhere/python"]),
    floe(
        "typed",
        {"name": "count", "promoted_name": "number", "type": "integer", "required": True},
        {"name": "ratio", "type": "decimal", "required": False, "default": 0.5},
        {"name": "sure", "promoted_name": "sure", "type": "boolean", "required": False},
        {"name": "anything", "promoted_name": "anything", "type": "json", "required": False},
        {"name": "file", "promoted_name": "file", "type": "file", "required": False},
        {"name": "data", "promoted_name": "data", "type": "dataset", "required": False},
        {"name": "shards", "promoted_name": "shards", "type": "collection", "required": False},
        {"name": "secret", "promoted_name": "secret", "type": "secret", "required": False},
        {"name": "out", "promoted_name": "out", "type": "dataset_out", "required": False},
        {"name": "colour", "promoted_name": "colour", "type": "string", "required": False, "choices": ["red", "blue"]},
        {"name": "words", "promoted_name": "words", "type": "string", "required": False, "many": True},
        {"name": "inner", "type": "string", "required": True, "default": "set"},
        {"name": "level", "promoted_name": "level", "type": "integer", "min_value": 1, "max_value": 5, "hidden": True},
    ),
]
FLOES[2]["specification"]["cubes"].append(
    {
        "name": "second",
        "title": "Second cube",
        "type": "python",
        "parameters": [{"name": "must", "type": "string", "required": True}],
    }
)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with Server(tmp_path_factory.mktemp("stack"), seed="demo", floes=FLOES) as running:
        yield running


@pytest.fixture
def single(tmp_path):
    """A server that runs one job at a time."""
    with Server(tmp_path / "stack", seed="demo", floes=FLOES, jobs=1) as running:
        yield running


@pytest.fixture
def idle(tmp_path):
    """A server that runs none."""
    with Server(tmp_path / "stack", seed="demo", floes=FLOES, jobs=0) as running:
        yield running


def start(caller, code="", floe=1, **fields):
    response = caller.post(JOBS, json={"workfloe": floe, "parameters": {"promoted": {"code": code}}, **fields})
    assert response.status_code == 201, response.text
    return response.json()


def until(look, wanted, seconds=120):
    """What `look` gives as soon as `wanted` is true of it."""
    deadline = time.monotonic() + seconds
    while not wanted(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.01)
    return found


def get(caller, job):
    response = caller.get(f"{JOBS}{job if isinstance(job, int) else job['id']}/")
    assert response.status_code == 200, response.text
    return response.json()


def reach(caller, job, state="complete"):
    return until(lambda: get(caller, job), lambda found: found["state"] == state)


def outcome(job):
    return job["state"], job["outcome"], job["reason"]


def log(caller, job, **query):
    response = caller.get(f"{JOBS}{job['id']}/logs/", params=query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/plain")
    return response.text


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
