"""`ocli` uploads and downloads: several paths, folders, standard streams, progress, and resuming."""

from __future__ import annotations

import gzip
import json
import os
import re
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli.conftest import COMMAND, Call, environment

from orionclient._transfer import pipes
from orionclient._transfer.bulk import Result
from orionclient._transfer.progress import Progress
from orionclient.cli._commands import downloads
from orionclient.cli._core import transfer_results
from orionclient.cli._core.progress import ProgressDisplay, _ProgressLines, format_size
from orionclient.emulator.faults import stall
from orionclient.examples import drugs
from orionclient.helpers.filenames import UniqueFilenames
from orionclient.local import LocalOrion
from orionclient.types import Dataset, File, Shard, ShardCollection


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "frames"
    (folder / "late").mkdir(parents=True)
    for name in ("1.xyz", "2.xyz", "late/3.xyz"):
        (folder / name).write_text(name)
    return folder


def content(orion: LocalOrion, file_id: int) -> bytes:
    return b"".join(orion.session().get_resource(File, file_id).download())


def test_many_paths_and_folders(call: Call, empty: LocalOrion, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "single.txt").write_text("single")
    done = call("files", "upload", "frames", "single.txt", "--tag", "of june", "--jobs", "3", "--json", on=empty)
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert [each["name"] for each in made] == ["1.xyz", "2.xyz", "late/3.xyz", "single.txt"]
    assert [content(empty, each["id"]) for each in made] == [b"1.xyz", b"2.xyz", b"late/3.xyz", b"single"]
    listed = call("files", "list", "--tag", "of june", "-q").stdout.split()
    assert sorted(listed) == sorted(str(each["id"]) for each in made)
    back = call("files", "download", *listed, "-o", "back", "--json")
    assert back.exit_code == 0, back.output
    assert sorted(path.read_text() for path in (tmp_path / "back").iterdir()) == [
        "1.xyz",
        "2.xyz",
        "late/3.xyz",
        "single",
    ]


def test_standard_streams(call: Call, stack: LocalOrion) -> None:
    done = call("files", "upload", "-", "--name", "from a pipe", "-q", on=stack, input="CNS")
    assert done.exit_code == 0, done.output
    assert call("files", "download", done.stdout.strip(), "-o", "-").stdout == "CNS"
    assert call("files", "download", done.stdout.strip(), "-o", "-", "--json").exit_code == 2


@pytest.mark.skipif(os.name == "nt", reason="pipes with a path")
def test_pipes_by_path(call: Call, stack: LocalOrion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipes, "_OPEN_SECONDS", 0.1)
    made = File.upload(stack.session(), "x", b"CNS")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    before = [len(stack.faults.requests(name)) for name in ("download_file", "create_file")]
    for arguments, words in {
        ("download", str(made.id), "-o", "pipe"): "the pipe has no reader",
        ("upload", "pipe"): "the pipe has no writer",
    }.items():
        done = call("files", *arguments, on=stack)
        assert (done.exit_code, done.stdout) == (9, "")
        assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["Error:", "Hint:"]
        assert words in done.stderr
    assert [len(stack.faults.requests(name)) for name in ("download_file", "create_file")] == before
    monkeypatch.setattr(pipes, "_OPEN_SECONDS", 60)
    with ThreadPoolExecutor(1) as pool:
        got = pool.submit(pipe.read_bytes)
        assert call("files", "download", str(made.id), "-o", "pipe").exit_code == 0
        assert got.result(30) == b"CNS"
        pool.submit(pipe.write_bytes, b"CCO")
        done = call("files", "upload", "pipe", "-q")
    assert (done.exit_code, content(stack, int(done.stdout))) == (0, b"CCO")
    assert pipe.is_fifo()


def test_if_exists(call: Call, empty: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("one")
    first = call("files", "upload", "one.txt", "-q", on=empty).stdout
    assert call("files", "upload", "one.txt", "-q", "--if-exists", "skip").stdout == first
    assert call("files", "upload", "one.txt", "--if-exists", "error").exit_code == 6


def test_datasets_by_extension_and_by_name(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    dataset = Dataset.upload(stack.session(), "drugs.sdf", drugs("sdf"))
    done = call("datasets", "download", str(dataset.id), on=stack)
    assert done.stdout == f"Downloaded dataset {dataset.id} 'drugs.sdf' to drugs.sdf\n"
    assert (tmp_path / "drugs.sdf").read_text().count("$$$$") == 24
    call("datasets", "download", str(dataset.id), "--as", "csv")
    assert len((tmp_path / "drugs.csv").read_text().splitlines()) == 25
    assert call("datasets", "download", str(dataset.id), "-o", "-", "--as", "sdf").stdout.count("$$$$") == 24
    (tmp_path / "data.txt").write_bytes(drugs("sdf").read_bytes())
    assert call("datasets", "upload", "data.txt").exit_code == 6
    assert call("datasets", "upload", "data.txt", "--as", "sdf").exit_code == 0


def test_a_collection_up_and_down(call: Call, stack: LocalOrion, tree: Path, tmp_path: Path) -> None:
    done = call("collections", "upload", "frames", "--close", "--jobs", "2", "--json", on=stack)
    assert done.exit_code == 0, done.output
    collection = json.loads(done.stdout)
    assert (collection["name"], collection["shard_count"]) == ("frames", 3)
    assert collection["state"] in {"processing", "ready"}
    collection_id = str(collection["id"])
    assert call("collections", "wait", collection_id, "--deadline", "60").exit_code == 0
    assert (
        call("collections", "download", collection_id, "here").stdout
        == f"Downloaded collection {collection_id} 'frames': 3 shards to here\n"
    )
    assert (tmp_path / "here" / "late" / "3.xyz").read_text() == "late/3.xyz"
    (tree / "4.xyz").write_text("4")
    before = len(stack.faults.requests("upload_shard_content"))
    assert call("collections", "upload", "frames", "--into", collection_id).exit_code == 0
    assert len(stack.faults.requests("upload_shard_content")) == before + 1
    collection_now = stack.session().get_resource(ShardCollection, collection_id)
    assert collection_now.list_shards().count() == 4


def test_shards(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    collection = ShardCollection.create(stack.session(), "frames")
    (tmp_path / "one.bin").write_bytes(b"one")
    done = call("shards", "upload", str(collection.id), "one.bin", "--metadata", '{"n": 1}', "--json", on=stack)
    (made,) = json.loads(done.stdout)
    assert (made["state"], made["metadata"]) == ("ready", {"n": 1})
    shard = stack.session().get_resource(Shard(collection=collection), made["id"])
    assert b"".join(shard.download()) == b"one"


def test_a_progress_line_for_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _ProgressLines()
    for count in range(101):
        lines(Progress("drugs\x1b.sdf", count * 100_000, 10_000_000, 2e6, count == 100))
    shown = capsys.readouterr().err.splitlines()
    assert len(shown) == 10
    assert shown[0] == "drugs\\x1b.sdf: 10 % of 10.0 MB, 2.0 MB/s, 4 s left"
    assert shown[-1] == "drugs\\x1b.sdf: 100 % of 10.0 MB, 2.0 MB/s"
    lines(Progress("small", 10, 10, 1.0, True))
    lines(Progress("unknown", 10, None, 1.0, True))
    assert capsys.readouterr().err == ""


def test_progress_is_printed_to_standard_error_unless_quiet(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "large.bin").write_bytes(b"x" * (3 << 20))
    done = call("files", "upload", "large.bin", on=stack)
    assert done.stdout.startswith("Uploaded file with id ")
    assert "large.bin: 100 % of 3.1 MB" in done.stderr
    assert call("-q", "files", "upload", "large.bin").stderr == ""


def test_a_stopped_progress_relay_ends_transfers() -> None:
    from orionclient._runtime.cancellation import Cancelled

    watch = ProgressDisplay(None)
    watch(SimpleNamespace())  # type: ignore[arg-type]
    watch.stop()
    with pytest.raises(Cancelled):
        watch(SimpleNamespace())  # type: ignore[arg-type]


def test_sizes() -> None:
    assert [format_size(count) for count in (0, 999, 1500, 2e6, 3e9, 4e12)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "2.0 MB",
        "3.0 GB",
        "4.0 TB",
    ]


def test_an_empty_folder(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    assert call("files", "upload", "empty", on=stack).exit_code == 2
    assert call("files", "upload", "empty", "--name", "x").exit_code == 2
    assert call("files", "upload", "a", "b", "--name", "c").exit_code == 2


def test_other_kinds_of_directory_entries_are_reported(
    call: Call, stack: LocalOrion, tree: Path, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tree / "linked").symlink_to("../elsewhere")
    done = call("files", "upload", "frames", "--json", on=stack)
    assert done.exit_code == 6
    assert "links to folders are not followed" in done.stderr
    # The other files are uploaded nevertheless.
    assert [each["name"] for each in json.loads(done.stdout)] == ["1.xyz", "2.xyz", "late/3.xyz"]
    (tree / "linked").unlink()
    os.mkfifo(tree / "0.pipe")
    done = call("files", "upload", "frames", on=stack)
    assert (done.exit_code, "0.pipe is not a file" in done.stderr) == (6, True)


def test_a_given_format_takes_precedence(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    dataset = Dataset.upload(stack.session(), "drugs.sdf", drugs("sdf"))
    for name in ("out.csv", "out.dat"):
        done = call("datasets", "download", str(dataset.id), "-o", name, "--as", "json", on=stack)
        assert done.exit_code == 0, done.output
        assert (tmp_path / name).read_bytes() == dataset.download(format="json")


@pytest.mark.parametrize("force", [[], ["--force"]])
def test_nothing_is_written_through_a_link(call: Call, stack: LocalOrion, tmp_path: Path, force: list[str]) -> None:
    made = File.upload(stack.session(), "hits.sdf", b"payload")
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "hits.sdf").symlink_to("../victim")
    done = call("files", "download", str(made.id), "-o", "here/", *force, on=stack)
    assert (done.exit_code, "is a symbolic link, which is not followed" in done.stderr) == (6, True)
    assert not (tmp_path / "victim").exists()


def test_equal_names_in_many_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(UniqueFilenames):
        def add(self, name: str, *, default: str = "unnamed") -> str:
            # A switch to another thread in the middle.
            taken = set(self._taken)
            time.sleep(0.01)
            self._taken = taken
            return super().add(name, default=default)

    monkeypatch.setattr(downloads, "UniqueFilenames", Slow)
    kind: Any = SimpleNamespace(kind=File, noun="file")
    targets = downloads.Targets(kind, f"{tmp_path}/", many=True, force=False, ending=None)
    found = [SimpleNamespace(id=index, to_dict=lambda: {"name": "hits.sdf"}) for index in range(8)]
    with ThreadPoolExecutor(4) as threads:
        assert len(set(threads.map(targets.path_of, found))) == len(found)


def test_an_interrupt_does_not_wait_for_the_server(own_home: Path, stack: LocalOrion, tmp_path: Path) -> None:
    made = [str(File.upload(stack.session(), name, b"x" * (3 << 20)).id) for name in "ab"]
    stack.faults.script("download_file", [stall(300, sent=1 << 20)] * 2)
    try:
        running = subprocess.Popen(
            [*COMMAND, "files", "download", *made],
            env=environment(own_home, stack),
            cwd=tmp_path,
            stderr=subprocess.PIPE,
        )
        end = time.monotonic() + 120
        while len(list(tmp_path.glob(".?.part"))) < 2 and time.monotonic() < end:
            time.sleep(0.05)
        began = time.monotonic()
        running.send_signal(signal.SIGINT)
        _, error = running.communicate(timeout=120)
    finally:
        stack.faults.clear()
    assert running.returncode == 130, error
    assert time.monotonic() - began < 120


def on_server(stack: LocalOrion) -> list[str]:
    return sorted(file.name for file in stack.session().list_resources(File))


@pytest.fixture
def empty(stack: LocalOrion) -> LocalOrion:
    """Empty the local Orion of files."""
    for file in stack.session().list_resources(File):
        stack.session().delete_resource(file, immediate=True)
    return stack


def test_a_folder_is_uploaded_only_once(call: Call, empty: LocalOrion, tree: Path, tmp_path: Path) -> None:
    names = ["1.xyz", "2.xyz", "late/3.xyz"]
    first = call("files", "upload", "frames", on=empty)
    assert first.exit_code == 0, first.output
    assert first.stdout.splitlines()[3:] == ["3 uploaded, 0 skipped, 20 bytes"]
    (tree / "2.xyz").write_text("changed")
    (tree / "4.xyz").write_text("4")
    again = call("files", "upload", "frames")
    lines = again.stdout.splitlines()
    assert [line.partition(" ")[0] for line in lines] == ["Skipped", "Uploaded", "Uploaded", "Skipped", "2"]
    assert re.fullmatch(r"Skipped file \d+ '1\.xyz': it exists already", lines[0])
    assert lines[-1] == "2 uploaded, 2 skipped, 8 bytes"
    assert on_server(empty) == sorted([*names, "2.xyz", "4.xyz"])
    # The session makes the same names.
    assert [result.skipped for result in empty.session().upload_files(tree)] == [True] * 4
    shown = json.loads(call("files", "upload", "frames", "--json").stdout)
    assert [(each["name"], each["skipped"]) for each in shown] == [
        (each, True) for each in [*names[:2], "4.xyz", names[2]]
    ]
    assert len(on_server(empty)) == 5


def test_equal_names_of_several_folders(call: Call, empty: LocalOrion, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "1.xyz").write_text("other")
    for skipped in (False, True):
        shown = json.loads(call("files", "upload", "frames", "other", "--json", on=empty).stdout)
        assert [(each["name"], each["skipped"]) for each in shown] == [
            (name, skipped) for name in ("1.xyz", "2.xyz", "late/3.xyz", "1-2.xyz")
        ]
    assert [result.skipped for result in empty.session().upload_files([tree, tmp_path / "other"])] == [True] * 4


def test_a_single_file_is_created_anew(call: Call, empty: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("one")
    first = call("files", "upload", "one.txt", "--json", on=empty)
    assert [each["skipped"] for each in json.loads(first.stdout)] == [False]
    assert call("files", "upload", "one.txt").stdout.splitlines()[1:] == []
    skipped = call("files", "upload", "one.txt", "--if-exists", "skip", "--json")
    assert [each["skipped"] for each in json.loads(skipped.stdout)] == [True]
    assert on_server(empty) == ["one.txt"] * 2
    # With several files, existing ones are compared.
    (tmp_path / "two.txt").write_text("two")
    assert call("files", "upload", "one.txt", "two.txt").stdout.endswith("\n1 uploaded, 1 skipped, 3 bytes\n")
    assert on_server(empty) == ["one.txt"] * 2 + ["two.txt"]


def test_failures_are_counted(call: Call, empty: LocalOrion, tree: Path) -> None:
    empty.faults.script("upload_file_content", ["pass", 403])
    done = call("files", "upload", "frames", "--jobs", "1", on=empty)
    assert (done.exit_code, done.stdout.splitlines()[-1]) == (6, "2 uploaded, 0 skipped, 1 failed, 15 bytes")
    lines = done.stderr.splitlines()
    assert [line.partition(":")[0] for line in lines] == ["Failed", "Error", "Hint"]
    assert lines[0].startswith("Failed: frames/2.xyz: upload_file_content PUT ")
    assert lines[1] == "Error: 1 of 3 transfers failed"
    assert call("files", "upload", "frames").stdout.endswith("\n1 uploaded, 2 skipped, 5 bytes\n")


def test_datasets_are_not_skipped_by_default(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    folder = tmp_path / "sets"
    folder.mkdir()
    for name in ("a.smi", "b.smi"):
        (folder / name).write_text("CCO ethanol\n")
    for count in (1, 2):
        done = call("datasets", "upload", "sets", on=stack)
        assert done.stdout.endswith("\n2 uploaded, 0 skipped, 24 bytes\n")
        assert stack.session().list_resources(Dataset, {"name": "a.smi"}, exact=True).count() == count
    assert call("datasets", "upload", "sets", "--if-exists", "skip").stdout.endswith(
        "\n0 uploaded, 2 skipped, 0 bytes\n"
    )


def test_shards_of_a_folder_twice(call: Call, stack: LocalOrion, tree: Path) -> None:
    collection = ShardCollection.create(stack.session(), "frames")
    words = ("shards", "upload", str(collection.id), "frames")
    assert call(*words, "--metadata", '{"n": 1}', on=stack).stdout.endswith("\n3 uploaded, 0 skipped, 20 bytes\n")
    assert call(*words).stdout.endswith("\n0 uploaded, 3 skipped, 0 bytes\n")
    shards = list(collection.list_shards())
    assert sorted(shard.name for shard in shards) == ["1.xyz", "2.xyz", "late/3.xyz"]
    assert [shard.metadata for shard in shards] == [{"n": 1}] * 3
    again = call("collections", "upload", "frames", "--into", str(collection.id))
    assert again.stdout.splitlines()[-1] == "0 uploaded, 3 skipped, 0 bytes"
    # A single file is always created anew.
    assert call("shards", "upload", str(collection.id), "frames/1.xyz", "-q").exit_code == 0
    assert collection.list_shards().count() == 4
    # A closed collection rejects both, with the same error.
    collection.close()
    for paths in ("frames", "frames/1.xyz"):
        assert call("shards", "upload", str(collection.id), paths).exit_code == 6


def test_a_summary_counts_bytes() -> None:
    tally = transfer_results.Tally("uploaded")
    for value in range(5):
        tally.add(Result("x", value), 12_600_000)
    for _ in range(2):
        tally.add(Result("x", 1, skipped=True), 1)
    assert str(tally) == "5 uploaded, 2 skipped, 63 MB"


def test_any_format_is_passed_on(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "x.oeb.gz").write_bytes(b"x")
    before = stack.session().list_resources(Dataset).count()
    there = str(Dataset.upload(stack.session(), "drugs", drugs("sdf")).id)
    for words in (
        ("upload", "x.oeb.gz"),
        ("upload", "x.oeb.gz", "--name", "x", "--as", "oeb.gz"),
        ("download", there, "-o", "y.oeb.gz"),
        ("download", there, "-o", "y.sdf", "--as", "oeb.gz"),
    ):
        done = call("datasets", *words, on=stack)
        assert (done.exit_code, done.stdout) == (6, "")
        assert "422" in done.stderr
        assert "Unknown format 'oeb.gz'; known formats are sdf, smi, csv, json, binary" in done.stderr
    assert stack.session().list_resources(Dataset).count() == before + 1
    assert call("datasets", "download", there, "-o", "back.sdf.gz").exit_code == 0
    assert gzip.decompress((tmp_path / "back.sdf.gz").read_bytes()).count(b"$$$$") == 24
    made = json.loads(call("datasets", "upload", "back.sdf.gz", "--json").stdout)
    assert [each["count"] for each in made] == [24]
    # It is downloaded under its name.
    (tmp_path / "back.sdf.gz").unlink()
    done = call("datasets", "download", str(made[0]["id"]))
    assert done.stdout == f"Downloaded dataset {made[0]['id']} 'back.sdf.gz' to back.sdf.gz\n"
    assert gzip.decompress((tmp_path / "back.sdf.gz").read_bytes()).count(b"$$$$") == 24


@pytest.mark.parametrize(
    ("name", "as_format", "found"),
    [
        ("hits", None, "hits.jsonl"),
        ("hits v1.2", None, "hits v1.2.jsonl"),
        ("hits.sdf", None, "hits.sdf"),
        ("hits.SDF.gz", None, "hits.SDF.gz"),
        ("hits.oeb.gz", None, "hits.oeb.gz"),
        ("hits.gz", None, "hits.gz.jsonl"),
        ("hits.json", None, "hits.json"),
        ("hits", "json", "hits.json"),
        ("hits.sdf.gz", "csv", "hits.csv"),
        ("hits.sdf", "csv.gz", "hits.csv.gz"),
        ("hits", "binary", "hits.oedb"),
        ("hits v1.2", "oeb", "hits v1.2.oeb"),
    ],
)
def test_names_of_downloaded_datasets(name: str, as_format: str | None, found: str) -> None:
    assert downloads._with_extension(name, as_format) == found


@pytest.mark.parametrize("count", [0, 1, 3000])
def test_a_path_that_ends_in_json_gets_an_array(
    count: int, call: Call, stack: LocalOrion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = Dataset.create(stack.session(), "records")
    for index in range(count):
        dataset.write({"Title": f"record {index}", "text": "x" * 500})
    dataset.finalize()
    words = ("datasets", "download", str(dataset.id))
    assert call(*words, on=stack).stdout == f"Downloaded dataset {dataset.id} 'records' to records.jsonl\n"
    lines = [json.loads(line) for line in (tmp_path / "records.jsonl").read_bytes().splitlines()]
    assert len(lines) == count
    for more, path in (
        (["-o", "out.json"], "out.json"),
        (["--as", "json"], "records.json"),
        (["-o", "x.JSON"], "x.JSON"),
    ):
        assert call(*words, *more).exit_code == 0
        assert json.loads((tmp_path / path).read_bytes()) == lines
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []
    # Other formats and standard output are not arrays.
    assert call(*words, "-o", "csv.json", "--as", "csv").exit_code == 0
    assert (tmp_path / "csv.json").read_bytes() == dataset.download(format="csv")
    assert [json.loads(line) for line in call(*words, "-o", "-").stdout.splitlines()] == lines
    if count == 3000:
        # An interrupted or rejected download leaves the old file.
        before = (tmp_path / "out.json").read_bytes()
        stack.faults.script("download_dataset", [403])
        assert call(*words, "-o", "out.json").exit_code == 6
        stack.faults.clear()
        assert (tmp_path / "out.json").read_bytes() == before
        assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_an_empty_path_is_rejected(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "private.txt").write_text("not to be sent")
    collection_id = str(ShardCollection.create(stack.session(), "c").id)
    stack.faults.clear()
    for words in (
        ("files", "upload", ""),
        ("files", "upload", "private.txt", ""),
        ("files", "upload", "private.txt", "--path", ""),
        ("files", "create", "x", "--path", ""),
        ("files", "download", "1", "-o", ""),
        ("datasets", "upload", "", "--as", "smi"),
        ("datasets", "upload", ""),
        ("datasets", "download", "1", "-o", ""),
        ("shards", "upload", collection_id, ""),
        ("shards", "upload", collection_id, "private.txt", "--metadata", "@"),
        ("collections", "upload", ""),
        ("collections", "upload", "private.txt", "", "--into", collection_id),
        ("collections", "download", collection_id, ""),
        ("packages", "upload", ""),
        ("packages", "init", ""),
        ("packages", "show-dockerfile", ""),
        ("folders", "create", ""),
        ("folders", "move", "file", "1", ""),
        ("api", "upload_file_content", "-p", "file_id=1", "--file", ""),
        ("api", "download_file", "-p", "file_id=1", "-o", ""),
        ("api", "create_file", "--body", "@"),
        ("local", "start", "--folder", ""),
        ("local", "stop", "--folder", ""),
        ("config", "profile", "--url", "http://localhost", "--username", "ada", "--ca-file", ""),
    ):
        done = call(*words, on=stack)
        assert (words, done.exit_code) == (words, 6)
        in_orion = "--path" in words or words[0] == "folders"
        advice = "give the path of a folder in Orion" if in_orion else "pass a file or folder"
        assert f"the path is empty; {advice}" in done.stderr, (words, done.stderr)
    assert stack.faults.requests() == []
    assert [path.name for path in tmp_path.iterdir()] == ["private.txt"]


def test_finalize_marks_a_dataset_complete(call: Call, orion: LocalOrion) -> None:
    session = orion.session()
    dataset = Dataset.create(session, "hits")
    dataset.write({"Title": "aspirin"})
    dataset._flush()
    assert session.get_resource(Dataset, dataset.id).dirty
    assert call("datasets", "finalize", "1", "--dry-run", on=orion).stdout == "Would finalize dataset 1\n"
    assert session.get_resource(Dataset, dataset.id).dirty
    assert call("datasets", "finalize", "1").stdout == "Finalized dataset 1 'hits'\n"
    assert not session.get_resource(Dataset, dataset.id).dirty
    document = json.loads(call("--json", "datasets", "finalize", "1").stdout)
    assert (document["id"], document["dirty"], document["count"]) == (1, False, 1)
    assert call("datasets", "finalize", "2").exit_code == 5
