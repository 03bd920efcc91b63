"""The programs of file transfer tools: huggingface_hub, boto3 with s3transfer, hf_transfer, and one in the style of dxpy."""

from __future__ import annotations

import base64
import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from common import MIB, PART, Run, Task, check_status, parts, spread


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def huggingface_down(task: Task) -> Run:
    """`hf_hub_download` into a new folder; the server responds as the hub does."""
    target = Path(task["target"])
    home = tempfile.mkdtemp(dir=target.parent)
    os.environ.update(
        HF_HOME=home, HF_HUB_DISABLE_XET="1", HF_HUB_DISABLE_TELEMETRY="1", HF_HUB_DISABLE_PROGRESS_BARS="1"
    )
    from huggingface_hub import hf_hub_download, utils

    assert utils is not None

    def run() -> None:
        got = hf_hub_download("some/data", "big", local_dir=home, endpoint=_origin(task["url"]))
        Path(got).replace(target)

    return run


def _s3(task: Task) -> Any:
    import boto3
    import botocore
    from botocore.config import Config

    config = Config(
        signature_version=botocore.UNSIGNED,
        s3={"addressing_style": "path"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return boto3.client("s3", endpoint_url=_origin(task["url"]), region_name="us-east-1", config=config)


def boto3_down(task: Task) -> Run:
    """`download_file` with its defaults: byte ranges of 8 MiB, 10 threads."""
    client = _s3(task)

    def run() -> None:
        client.download_file("bucket", "big", task["target"])

    return run


def boto3_up(task: Task) -> Run:
    """`upload_file` as one request, because the server does not support multipart uploads."""
    from boto3.s3.transfer import TransferConfig

    client, config = _s3(task), TransferConfig(multipart_threshold=task["size"] + 1)

    def run() -> None:
        client.upload_file(task["source"], "put", "x", Config=config)

    return run


def hf_transfer_down(task: Task) -> Run:
    """8 byte ranges of 10 MiB at once, as huggingface_hub used it."""
    import hf_transfer

    def run() -> None:
        hf_transfer.download(task["url"], task["target"], task.get("workers", 8), 10 * MIB)

    return run


def hf_transfer_up(task: Task) -> Run:
    """Parts of 16 MiB, 8 at once."""
    import hf_transfer

    urls = [f"{task['url']}-{number:05}" for number, _, _ in parts(task["size"])]

    def run() -> None:
        hf_transfer.multipart_upload(task["source"], urls, PART, 8)

    return run


def dxpy_style_down(task: Task) -> Run:
    """Byte ranges of 16 MiB with requests, an MD5 of each, a thread per core."""
    import requests

    session = requests.Session()

    def run() -> None:
        with open(task["target"], "wb") as file:

            def one(part: tuple[int, int, int]) -> None:
                _, start, end = part
                response = session.get(task["url"], headers={"Range": f"bytes={start}-{end - 1}"})
                check_status(response.status_code)
                hashlib.md5(response.content).hexdigest()
                os.pwrite(file.fileno(), response.content, start)

            spread(one, parts(task["size"]), min(os.cpu_count() or 1, 8))

    return run


def dxpy_style_up(task: Task) -> Run:
    """Parts of 16 MiB with requests, an MD5 of each, a thread per core."""
    import requests

    session = requests.Session()

    def run() -> None:
        with open(task["source"], "rb") as file:

            def one(part: tuple[int, int, int]) -> None:
                number, start, end = part
                data = os.pread(file.fileno(), end - start, start)
                check = base64.b64encode(hashlib.md5(data).digest()).decode()
                response = session.put(f"{task['url']}-{number:05}", data=data, headers={"Content-MD5": check})
                check_status(response.status_code)

            spread(one, parts(task["size"]), min(os.cpu_count() or 1, 8))

    return run


PROGRAMS: Final[dict[str, Callable[[Task], Run]]] = {
    "huggingface_hub down": huggingface_down,
    "boto3 down": boto3_down,
    "boto3 up": boto3_up,
    "hf_transfer down": hf_transfer_down,
    "hf_transfer up": hf_transfer_up,
    "dxpy-style down": dxpy_style_down,
    "dxpy-style up": dxpy_style_up,
}
