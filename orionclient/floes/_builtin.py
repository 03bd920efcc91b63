"""Built-in floes of every local Orion, which also serve as examples of floes."""

from __future__ import annotations

import contextlib
import html
import json
import re
import sys
import time
import zlib
from pathlib import Path
from typing import Annotated, Any, Literal

from orionclient.exceptions import OrionError, ValidationError
from orionclient.floes import CollectionOut, DatasetOut, FileOut, Parameter, floe, progress
from orionclient.records import RecordCodec, json_lines
from orionclient.session import APISession
from orionclient.types import Dataset, File, Shard, ShardCollection
from orionclient.types.datasets import get_format
from orionclient.utils import TemporaryPath

_EXTENSIONS = ("sdf", "sd", "mol", "smi", "smiles", "ism", "csv")
# The first line of a table: a line like `sep=;`, a column `smiles`, or a comma before the first blank, which is before a title.
_TABLE = re.compile(rb'\W*(sep=|smiles"?[,;|]|[^ \t\n]*,|.*[,;|\t][ "]*smiles\b)', re.IGNORECASE)
_HEAD, _GZIP = 1 << 16, b"\x1f\x8b"


def _print(*words: object) -> None:
    # Flushed, since the log is read while the job runs.
    print(*words, file=sys.stdout, flush=True)


@floe(name="etl", title="ETL: molecules to dataset", tags=["ETL"], classification=[["Data", "Import"]])
def etl(
    file: Annotated[
        File, Parameter(title="Molecules", description="An SDF, SMILES or CSV file, optionally compressed with gzip.")
    ],
    dataset: Annotated[
        DatasetOut, Parameter(title="Dataset", description="Name of the dataset to create.")
    ] = "molecules",
    format: Annotated[  # noqa: A002 - as in `Dataset.upload`
        Literal["auto", "sdf", "smi", "csv"],
        Parameter(description="Format of the file; `auto` detects it from the name or the content."),
    ] = "auto",
) -> None:
    """Create a dataset from a molecule file, with one record for each molecule."""
    with TemporaryPath(suffix=".molecules") as path:
        file.download_to_file(path)
        progress(0.5)
        found = _detect_format(format, file.name, Path(path))
        _print(f"file {file.id} {file.name!r}: {file.size} bytes, read as {found}")
        made = Dataset.upload(APISession, dataset, path, format=found)
    _print(f"dataset {made.id} {made.name!r}: {made.count} records")


def _detect_format(wanted: str, name: str, path: Path) -> str:
    """Detect the format from the file name, or from the content if the name has no known extension."""
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    gzip = ".gz" if head.startswith(_GZIP) else ""
    if wanted == "auto":
        wanted = get_format(name).removesuffix(".gz")
    if wanted not in _EXTENSIONS:
        wanted = _guess_format(head)
    return wanted + gzip


def _guess_format(head: bytes) -> str:
    if head.startswith(_GZIP):
        with contextlib.suppress(zlib.error):
            head = zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(head, _HEAD)
    if b"M  END" in head or b"$$$$" in head:
        return "sdf"
    return "csv" if _TABLE.match(head) else "smi"


@floe(name="dataset_to_collection", title="Dataset to collection", classification=[["Data", "Conversion"]])
def dataset_to_collection(
    dataset: Dataset,
    collection: Annotated[CollectionOut, Parameter(description="Name of the collection to create.")] = "records",
    shard_size: Annotated[int, Parameter(description="Maximum number of records in a shard.")] = 1000,
) -> None:
    """Write the records of a dataset to the shards of a collection, as JSON lines."""
    if shard_size < 1:
        raise ValidationError(f"shard_size must be at least 1, not {shard_size}")
    made = ShardCollection.create(APISession, collection, {"format": "json lines", "dataset": dataset.id})
    lines: list[bytes] = []
    done = 0
    for record in dataset.records(codec=RecordCodec()):
        lines.append(json.dumps(record).encode() + b"\n")
        if len(lines) == shard_size:
            done = _write_shard(made, lines, done, dataset.count)
    if lines:
        done = _write_shard(made, lines, done, dataset.count)
    made.close()
    made.wait()
    _print(f"collection {made.id} {made.name!r}: {done} records in {made.shard_count} shards")


def _write_shard(collection: ShardCollection, lines: list[bytes], done: int, count: int) -> int:
    Shard.create(collection, f"records {done}-{done + len(lines) - 1}", {"records": len(lines)}, file=b"".join(lines))
    done += len(lines)
    lines.clear()
    progress(min(done / max(count, 1), 1))
    return done


@floe(name="collection_to_dataset", title="Collection to dataset", classification=[["Data", "Conversion"]])
def collection_to_dataset(
    collection: Annotated[
        ShardCollection, Parameter(description="A collection whose shards contain records as JSON lines.")
    ],
    dataset: Annotated[DatasetOut, Parameter(description="Name of the dataset to create.")] = "records",
) -> None:
    """Create a dataset from the records in the shards of a collection."""
    made = Dataset.create(APISession, dataset)
    for done, shard in enumerate(collection.list_shards(state="ready"), 1):
        try:
            for record in json_lines(shard.download()):
                made.write(record)
        except ValueError as error:
            if isinstance(error, OrionError):
                raise
            raise ValidationError(f"shard {shard.id} {shard.name!r} contains no valid records: {error}") from None
        progress(min(done / max(collection.shard_count, 1), 1))
    made.finalize()
    _print(f"dataset {made.id} {made.name!r}: {made.count} records")


@floe(name="echo", title="Echo", tags=["test"], classification=[["Test"]])
def echo(
    *,
    text: str = "hello",
    number: int = 1,
    ratio: float = 0.5,
    flag: bool = False,
    choice: Literal["first", "second"] = "first",
    data: dict[str, Any] | None = None,
    words: list[str] | None = None,
    output: Annotated[FileOut, Parameter(description="Name of the file to create; no file is created if empty.")] = "",
) -> None:
    """Write the parameters to the log, and to a file if a name is given."""
    given = {
        "text": text, "number": number, "ratio": ratio, "flag": flag, "choice": choice, "data": data, "words": words,
    }  # fmt: skip
    shown = json.dumps(given, ensure_ascii=False)
    _print(shown)
    if output:
        File.upload(APISession, output, shown.encode())


@floe(name="slow", title="Slow", tags=["test"], classification=[["Test"]])
def slow(
    seconds: Annotated[float, Parameter(description="Run time in seconds.")] = 10.0,
    steps: Annotated[int, Parameter(description="Number of progress reports.")] = 10,
) -> None:
    """Run for some time and report progress."""
    for step in range(1, max(steps, 1) + 1):
        time.sleep(seconds / max(steps, 1))
        progress(step / max(steps, 1))
        _print(f"step {step} of {steps}")


@floe(name="fail", title="Fail", tags=["test"], classification=[["Test"]])
def fail(message: str = "this floe always fails") -> None:
    """Fail with a message."""
    raise RuntimeError(message)


@floe(name="report", title="Report", tags=["test"], classification=[["Test"]])
def report(
    title: str = "Report",
    pages: Annotated[int, Parameter(description="Number of pages.")] = 1,
    collection: Annotated[CollectionOut, Parameter(description="Name of the collection to create.")] = "report",
) -> None:
    """Create a floe report: a collection of pages whose metadata lists the index pages."""
    made = ShardCollection.create(APISession, collection, tags=["floe_report"])
    shards: list[Shard] = []
    for number in range(1, pages + 1):
        # Links have the same form as in real reports.
        links = "".join(
            f'<a href="/api/v1/storage/collections/{made.id}/shards/{shard.id}/download/">{html.escape(shard.name)}</a>\n'
            for shard in shards
        )
        name = f"{title} {number}" if pages > 1 else title
        page = f"<!DOCTYPE html>\n<title>{html.escape(name)}</title>\n<h1>{html.escape(name)}</h1>\n{links}"
        shards.append(Shard.create(made, name, file=page.encode()))
        progress(number / pages)
    # The last page links to all others.
    index = [{"id": shard.id} for shard in shards[-1:]]
    APISession.update_resource(made, {"metadata": {"index_pages": index}})
    made.close()
    made.wait()
    _print(f"collection {made.id} {made.name!r}: {len(shards)} pages")
