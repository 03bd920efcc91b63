"""The programs of other HTTP libraries, written as documented or slightly better."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlsplit

from common import MIB, Run, Task, check_status, context, parts, shards, spread


def _urllib3(task: Task) -> Any:
    import urllib3

    return urllib3.PoolManager(maxsize=task.get("workers", 1), ca_certs=task["ca"], blocksize=MIB)


def _urllib3_get(pool: Any, url: str, target: str, digest: Any = None) -> None:
    response = pool.request("GET", url, preload_content=False)
    check_status(response.status)
    with open(target, "wb", buffering=0) as file:
        for chunk in response.stream(MIB):
            if digest is not None:
                digest.update(chunk)
            file.write(chunk)
    response.release_conn()


def _urllib3_put(pool: Any, url: str, source: str) -> None:
    with open(source, "rb") as file:
        headers = {"Content-Length": str(os.fstat(file.fileno()).st_size)}
        check_status(pool.request("PUT", url, body=file, headers=headers).status)


def urllib3_down(task: Task) -> Run:
    """`stream(1 MiB)`."""
    pool = _urllib3(task)
    return lambda: _urllib3_get(pool, task["url"], task["target"])


def urllib3_down_checked(task: Task) -> Run:
    """Like `stream(1 MiB)`, with the digest in the loop."""
    pool = _urllib3(task)
    return lambda: _urllib3_get(pool, task["url"], task["target"], hashlib.sha256())


def urllib3_up(task: Task) -> Run:
    """A file as body, blocks of 1 MiB."""
    pool = _urllib3(task)
    return lambda: _urllib3_put(pool, task["url"], task["source"])


def urllib3_many_down(task: Task) -> Run:
    """One pool, a thread for each file at once."""
    pool = _urllib3(task)

    def one(name: str) -> None:
        _urllib3_get(pool, f"{task['url']}/{name}", f"{task['target']}/{name}")

    return lambda: spread(one, task["names"], task["workers"])


def urllib3_many_up(task: Task) -> Run:
    """The same, the other way."""
    pool = _urllib3(task)

    def one(name: str) -> None:
        _urllib3_put(pool, f"{task['url']}/{name}", f"{task['source']}/{name}")

    return lambda: spread(one, task["names"], task["workers"])


def urllib3_ranges(task: Task) -> Run:
    """Byte ranges of 16 MiB, written at their offsets."""
    pool = _urllib3(task)

    def run() -> None:
        with open(task["target"], "wb") as file:
            file.truncate(task["size"])

            def one(part: tuple[int, int, int]) -> None:
                _, at, end = part
                response = pool.request(
                    "GET", task["url"], headers={"Range": f"bytes={at}-{end - 1}"}, preload_content=False
                )
                for chunk in response.stream(MIB):
                    at += os.pwrite(file.fileno(), chunk, at)
                response.release_conn()

            spread(one, parts(task["size"]), task["workers"])

    return run


def _httpx(task: Task) -> Any:
    import httpx

    workers = task.get("workers", 1)
    limits = httpx.Limits(max_connections=workers, max_keepalive_connections=workers)
    secure = urlsplit(task["url"]).scheme == "https"
    return httpx.Client(verify=context(task) if secure else False, timeout=60, limits=limits)


def _httpx_get(client: Any, url: str, target: str) -> None:
    with client.stream("GET", url) as response, open(target, "wb") as file:
        check_status(response.status_code)
        file.writelines(response.iter_bytes())


def _httpx_put(client: Any, url: str, source: str) -> None:
    with open(source, "rb") as file:
        check_status(client.put(url, content=file).status_code)


def httpx_down(task: Task) -> Run:
    """`iter_bytes()`, as documented."""
    client = _httpx(task)
    return lambda: _httpx_get(client, task["url"], task["target"])


def httpx_up(task: Task) -> Run:
    """`content=file`, as documented."""
    client = _httpx(task)
    return lambda: _httpx_put(client, task["url"], task["source"])


def httpx_many_down(task: Task) -> Run:
    """One client with as many connections as threads."""
    client = _httpx(task)

    def one(name: str) -> None:
        _httpx_get(client, f"{task['url']}/{name}", f"{task['target']}/{name}")

    return lambda: spread(one, task["names"], task["workers"])


def httpx_many_up(task: Task) -> Run:
    """The same, the other way."""
    client = _httpx(task)

    def one(name: str) -> None:
        _httpx_put(client, f"{task['url']}/{name}", f"{task['source']}/{name}")

    return lambda: spread(one, task["names"], task["workers"])


def requests_down(task: Task) -> Run:
    """`iter_content(1 MiB)`."""
    import requests

    session = requests.Session()

    def run() -> None:
        with session.get(task["url"], stream=True, verify=task["ca"]) as response, open(task["target"], "wb") as file:
            check_status(response.status_code)
            file.writelines(response.iter_content(MIB))

    return run


def requests_up(task: Task) -> Run:
    """`data=file`."""
    import requests

    session = requests.Session()

    def run() -> None:
        with open(task["source"], "rb") as file:
            check_status(session.put(task["url"], data=file, verify=task["ca"]).status_code)

    return run


def urllib3_shards(task: Task) -> Run:
    """A pool with a connection per thread."""
    pool = _urllib3(task)

    def send(method: str, path: str, body: bytes) -> Any:
        response = pool.request(method, task["url"] + path, body=body)
        check_status(response.status)
        return response.json()

    return shards(task, send)


def httpx_shards(task: Task) -> Run:
    """One client with as many connections as threads."""
    client = _httpx(task)

    def send(method: str, path: str, body: bytes) -> Any:
        response = client.request(method, task["url"] + path, content=body)
        check_status(response.status_code)
        return response.json()

    return shards(task, send)


def requests_shards(task: Task) -> Run:
    """A session with a pool connection per thread."""
    import requests

    session = requests.Session()
    session.mount("http://", requests.adapters.HTTPAdapter(pool_maxsize=task["workers"]))

    def send(method: str, path: str, body: bytes) -> Any:
        response = session.request(method, task["url"] + path, data=body)
        check_status(response.status_code)
        return response.json()

    return shards(task, send)


def httpx_pages(task: Task) -> Run:
    """One client, pages of `size` items by `next`, `json()` of each."""
    client = _httpx(task)

    def run() -> dict[str, float]:
        found, following = 0, f"/api/v1/storage/collections/1/shards/?limit={task['size']}"
        while found < task["count"]:
            response = client.get(task["url"] + following)
            check_status(response.status_code)
            page = response.json()
            found += sum(shard["id"] > 0 for shard in page["results"])
            following = page["next"]
        return {"items": found, "lost": task["count"] - found}

    return run


PROGRAMS: Final[dict[str, Callable[[Task], Run]]] = {
    "urllib3 down": urllib3_down,
    "urllib3 down checked": urllib3_down_checked,
    "urllib3 up": urllib3_up,
    "urllib3 many down": urllib3_many_down,
    "urllib3 many up": urllib3_many_up,
    "urllib3 ranges": urllib3_ranges,
    "httpx down": httpx_down,
    "httpx up": httpx_up,
    "httpx many down": httpx_many_down,
    "httpx many up": httpx_many_up,
    "requests down": requests_down,
    "requests up": requests_up,
    "urllib3 shards": urllib3_shards,
    "httpx shards": httpx_shards,
    "httpx pages": httpx_pages,
    "requests shards": requests_shards,
}
