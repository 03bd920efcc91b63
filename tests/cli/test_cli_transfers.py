"""Uploads and downloads from the shell: many, folders, standard streams, progress, going on after a break."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cli.conftest import COMMAND, Call, environment

from orionclient.cli import transfers
from orionclient.cli.progress import Watch, _Lines, size
from orionclient.emulator.faults import stall
from orionclient.examples import drugs
from orionclient.helpers.filenames import UniqueFilenames
from orionclient.local import LocalOrion
from orionclient.transfer import pipes
from orionclient.transfer.progress import Progress
from orionclient.types import Dataset, File, Shard, ShardCollection


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    folder = tmp_path / "frames"
    (folder / "late").mkdir(parents=True)
    for name in ("1.xyz", "2.xyz", "late/3.xyz"):
        (folder / name).write_text(name)
    return folder


def content(orion: LocalOrion, number: int) -> bytes:
    return b"".join(orion.session().get_resource(File, number).download())


def test_many_paths_and_folders(call: Call, stack: LocalOrion, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "single.txt").write_text("single")
    done = call("files", "upload", "frames", "single.txt", "--tag", "of june", "--jobs", "3", "--json", on=stack)
    assert done.exit_code == 0, done.output
    made = json.loads(done.stdout)
    assert [each["name"] for each in made] == ["1.xyz", "2.xyz", "late/3.xyz", "single.txt"]
    assert [content(stack, each["id"]) for each in made] == [b"1.xyz", b"2.xyz", b"late/3.xyz", b"single"]
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
def test_pipes_by_their_path(call: Call, stack: LocalOrion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pipes, "_PATIENCE", 0.1)
    made = File.upload(stack.session(), "x", b"CNS")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    before = [len(stack.faults.requests(name)) for name in ("download_file", "create_file")]
    for arguments, words in {
        ("download", str(made.id), "-o", "pipe"): "nobody reads from the pipe",
        ("upload", "pipe"): "nobody writes to the pipe",
    }.items():
        done = call("files", *arguments, on=stack)
        assert (done.exit_code, done.stdout) == (9, "")
        assert [line.partition(" ")[0] for line in done.stderr.splitlines()] == ["Error:", "Hint:"]
        assert words in done.stderr
    assert [len(stack.faults.requests(name)) for name in ("download_file", "create_file")] == before
    monkeypatch.setattr(pipes, "_PATIENCE", 60)
    with ThreadPoolExecutor(1) as pool:
        got = pool.submit(pipe.read_bytes)
        assert call("files", "download", str(made.id), "-o", "pipe").exit_code == 0
        assert got.result(30) == b"CNS"
        pool.submit(pipe.write_bytes, b"CCO")
        done = call("files", "upload", "pipe", "-q")
    assert (done.exit_code, content(stack, int(done.stdout))) == (0, b"CCO")
    assert pipe.is_fifo()


def test_if_exists(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("one")
    first = call("files", "upload", "one.txt", "-q", on=stack).stdout
    assert call("files", "upload", "one.txt", "-q", "--if-exists", "skip").stdout == first
    assert call("files", "upload", "one.txt", "--if-exists", "error").exit_code == 6


def test_datasets_by_ending_and_by_name(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    dataset = Dataset.upload(stack.session(), "drugs.sdf", drugs("sdf"))
    done = call("datasets", "download", str(dataset.id), on=stack)
    assert done.stdout == f"Downloaded dataset {dataset.id} to drugs.sdf\n"
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
    number = str(collection["id"])
    assert call("collections", "wait", number, "--deadline", "60").exit_code == 0
    assert (
        call("collections", "download", number, "here").stdout == f"Downloaded collection {number}: 3 shards to here\n"
    )
    assert (tmp_path / "here" / "late" / "3.xyz").read_text() == "late/3.xyz"
    (tree / "4.xyz").write_text("4")
    before = len(stack.faults.requests("upload_shard_content"))
    assert call("collections", "upload", "frames", "--into", number).exit_code == 0
    assert len(stack.faults.requests("upload_shard_content")) == before + 1
    collection_now = stack.session().get_resource(ShardCollection, number)
    assert collection_now.list_shards().count() == 4


def test_shards(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
    collection = ShardCollection.create(stack.session(), "frames")
    (tmp_path / "one.bin").write_bytes(b"one")
    done = call("shards", "upload", str(collection.id), "one.bin", "--metadata", '{"n": 1}', "--json", on=stack)
    (made,) = json.loads(done.stdout)
    assert (made["state"], made["metadata"]) == ("ready", {"n": 1})
    shard = stack.session().get_resource(Shard(collection=collection), made["id"])
    assert b"".join(shard.download()) == b"one"


def test_a_line_for_every_tenth(capsys: pytest.CaptureFixture[str]) -> None:
    lines = _Lines()
    for count in range(101):
        lines(Progress("drugs\x1b.sdf", count * 100_000, 10_000_000, 2e6, count == 100))
    shown = capsys.readouterr().err.splitlines()
    assert len(shown) == 10
    assert shown[0] == "drugs\\x1b.sdf: 10 % of 10.0 MB, 2.0 MB/s, 4 s left"
    assert shown[-1] == "drugs\\x1b.sdf: 100 % of 10.0 MB, 2.0 MB/s"
    lines(Progress("small", 10, 10, 1.0, True))
    lines(Progress("unknown", 10, None, 1.0, True))
    assert capsys.readouterr().err == ""


def test_progress_goes_to_standard_error_and_not_where_it_is_quiet(
    call: Call, stack: LocalOrion, tmp_path: Path
) -> None:
    (tmp_path / "large.bin").write_bytes(b"x" * (3 << 20))
    done = call("files", "upload", "large.bin", on=stack)
    assert done.stdout.startswith("Uploaded file with id ")
    assert "large.bin: 100 % of 3.1 MB" in done.stderr
    assert call("-q", "files", "upload", "large.bin").stderr == ""


def test_a_watch_that_was_stopped_ends_transfers() -> None:
    from orionclient._stopping import Stopped

    watch = Watch(None)
    watch(SimpleNamespace())  # type: ignore[arg-type]
    watch.stop()
    with pytest.raises(Stopped):
        watch(SimpleNamespace())  # type: ignore[arg-type]


def test_sizes() -> None:
    assert [size(count) for count in (0, 999, 1500, 2e6, 3e9, 4e12)] == [
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
    assert call("files", "upload", "a", "b", "--name", "c").exit_code == 2


def test_what_is_no_file_in_a_folder_is_told(call: Call, stack: LocalOrion, tree: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tree / "linked").symlink_to("../elsewhere")
    done = call("files", "upload", "frames", "--json", on=stack)
    assert done.exit_code == 6
    assert "links to folders are not followed" in done.stderr
    # The others are there nevertheless.
    assert [each["name"] for each in json.loads(done.stdout)] == ["1.xyz", "2.xyz", "late/3.xyz"]
    (tree / "linked").unlink()
    os.mkfifo(tree / "0.pipe")
    done = call("files", "upload", "frames", on=stack)
    assert (done.exit_code, "0.pipe is no file" in done.stderr) == (6, True)


def test_a_chosen_format_wins(call: Call, stack: LocalOrion, tmp_path: Path) -> None:
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
    assert (done.exit_code, "nothing is written through it" in done.stderr) == (6, True)
    assert not (tmp_path / "victim").exists()


def test_equal_names_in_many_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Slow(UniqueFilenames):
        def add(self, name: str, *, default: str = "unnamed") -> str:
            # Another thread's turn in the middle.
            taken = set(self._taken)
            time.sleep(0.01)
            self._taken = taken
            return super().add(name, default=default)

    monkeypatch.setattr(transfers, "UniqueFilenames", Slow)
    kind: Any = SimpleNamespace(kind=File, noun="file")
    targets = transfers._Targets(kind, f"{tmp_path}/", many=True, force=False, ending=None)
    found = [SimpleNamespace(id=number, to_dict=lambda: {"name": "hits.sdf"}) for number in range(8)]
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
