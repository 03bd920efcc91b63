"""Floes for the tests of the local Orion: a program that does what a parameter says, and ways to start it and to wait."""

from __future__ import annotations

import sys
import time
import uuid

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
    with urllib.request.urlopen(request) as answer:
        return json.loads(answer.read() or b"null")

exec(given.get("promoted", {}).get("code", ""))
"""
ARGV = [sys.executable, "-I", "-S", "-u", "-c", PROGRAM]


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


JOBS = "/api/v1/jobs/"


def start(caller, code="", floe=1, **fields):
    answer = caller.post(JOBS, json={"workfloe": floe, "parameters": {"promoted": {"code": code}}, **fields})
    assert answer.status_code == 201, answer.text
    return answer.json()


def until(look, wanted, seconds=30):
    """What `look` gives as soon as `wanted` is true of it."""
    deadline = time.monotonic() + seconds
    while not wanted(found := look()):
        assert time.monotonic() < deadline, found
        time.sleep(0.01)
    return found


def get(caller, job):
    answer = caller.get(f"{JOBS}{job if isinstance(job, int) else job['id']}/")
    assert answer.status_code == 200, answer.text
    return answer.json()


def reach(caller, job, state="complete"):
    return until(lambda: get(caller, job), lambda found: found["state"] == state)


def log(caller, job, **query):
    answer = caller.get(f"{JOBS}{job['id']}/logs/", params=query)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/plain")
    return answer.text


def is_alive(pid):
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
