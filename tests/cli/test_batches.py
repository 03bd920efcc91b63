"""Commands with several items: one that fails does not stop the others, every failure is named, and the exit code is that of the first."""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cli.conftest import Call

from orionclient._transfer import many
from orionclient.cli._core.batch import apply_to_each
from orionclient.exceptions import TransferErrors
from orionclient.local import LocalOrion
from orionclient.types import Dataset, File, Project, Shard, ShardCollection, WorkFloeSpec


@pytest.fixture(scope="module")
def planted(stack: LocalOrion) -> LocalOrion:
    collection = ShardCollection.create(stack.session(), "frames")
    for name in "ab":
        Shard.create(collection, name, file=b"CNS")
    return stack


def failures(stderr: str) -> list[str]:
    """Return the items of the lines that name failures."""
    return [line.split(": ")[1] for line in stderr.splitlines() if line.startswith("Failed: ")]


def check(done: Any, code: int, failed: list[str], summary: str) -> None:
    assert done.exit_code == code, done.output
    assert failures(done.stderr) == failed
    assert [line for line in done.stderr.splitlines() if line.startswith("Error: ")] == [f"Error: {summary}"]
    assert done.stderr.splitlines()[-1].startswith("Hint: ")


def test_uploads(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    for name in ("a.txt", "b.txt"):
        (tmp_path / name).write_bytes(name.encode())
    done = call("files", "upload", "a.txt", "gone.txt", "b.txt", "lost.txt", "--json", on=planted)
    check(done, 9, ["gone.txt", "lost.txt"], "2 of 4 transfers failed")
    assert [each["name"] for each in json.loads(done.stdout)] == ["a.txt", "b.txt"]
    done = call("shards", "upload", "1", "a.txt", "gone.txt", "b.txt")
    check(done, 9, ["gone.txt"], "1 of 3 transfers failed")
    done = call("collections", "upload", "a.txt", "gone.txt", "--into", "1")
    assert done.exit_code == 9
    done = call("datasets", "upload", "a.txt", "gone.smi", "b.txt")
    # The server rejects the formats of the others: the code is that of the first failure.
    check(done, 6, ["a.txt", "gone.smi", "b.txt"], "3 of 3 transfers failed")


def test_a_folder_with_links_and_files_that_vanish(
    call: Call, planted: LocalOrion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "frames"
    (folder / "late" / "later").mkdir(parents=True)
    for name in ("1", "2", "late/3", "late/later/4"):
        (folder / name).write_bytes(b"content " + name.encode())
    (folder / "dangling").symlink_to("nowhere")
    (folder / "cycle").symlink_to("cycle")
    listed = os.scandir

    def scan(path: Any = ".") -> Any:
        if Path(path).name == "later":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(many.os, "scandir", scan)
    walked = many.walk_files

    def walk(*given: Any) -> Iterator[tuple[Path, str]]:
        yield from walked(*given)
        (folder / "2").unlink(missing_ok=True)

    monkeypatch.setattr(many, "walk_files", walk)
    done = call("files", "upload", "frames", "--json", on=planted)
    assert [each["name"] for each in json.loads(done.stdout)] == ["1", "late/3"]
    check(done, 9, ["frames/2", "frames/cycle", "frames/dangling", "frames/late/later"], "4 of 6 transfers failed")
    done = call("collections", "upload", "frames", "--name", "of a folder")
    assert done.exit_code == 9
    assert failures(done.stderr) == ["frames/cycle", "frames/dangling", "frames/late/later"]
    # Python names all of them too.
    with pytest.raises(TransferErrors) as caught:
        planted.session().upload_files(folder)
    error = pickle.loads(pickle.dumps(caught.value))
    assert [type(each) for each in error.exceptions] == [OSError, FileNotFoundError, PermissionError]
    assert len(error.failed) == 3
    assert [note.partition(": ")[0] for note in error.__notes__] == [
        str(folder / name) for name in ("cycle", "dangling", "late/later")
    ]


def test_a_folder_that_cannot_be_read(
    call: Call, planted: LocalOrion, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "locked").mkdir()
    (tmp_path / "one.txt").write_bytes(b"one")
    listed = os.scandir

    def scan(path: Any = ".") -> Any:
        if Path(path).name == "locked":
            raise PermissionError(13, "Permission denied", str(path))
        return listed(path)

    monkeypatch.setattr(many.os, "scandir", scan)
    done = call("files", "upload", "locked", "one.txt", on=planted)
    check(done, 9, ["locked"], "1 of 2 transfers failed")
    assert "Permission denied" in done.stderr
    assert "'one.txt'" in call("files", "list", "--name", "one.txt", "--json").stdout.replace('"', "'")


@pytest.mark.skipif(os.name == "nt", reason="names that are not valid UTF-8")
def test_a_name_that_is_no_utf8_is_escaped(call: Call, planted: LocalOrion) -> None:
    done = call("files", "upload", os.fsdecode(b"caf\xe9"), "gone", on=planted)
    check(done, 9, ["caf\\udce9", "gone"], "2 of 2 transfers failed")


def test_downloads(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    session = planted.session()
    ids = [str(File.upload(session, name, b"CNS").id) for name in ("x", "y")]
    done = call("files", "download", ids[0], "99999", ids[1], "99998", "-o", "out/", "--json", on=planted)
    check(done, 5, ["File 99999", "File 99998"], "2 of 4 transfers failed")
    assert [each["id"] for each in json.loads(done.stdout)] == [int(each) for each in ids]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == ["x", "y"]
    sets = []
    for name in ("d1", "d2"):
        dataset = Dataset.create(session, name)
        dataset.write({"Title": name})
        dataset.finalize()
        sets.append(str(dataset.id))
    done = call("datasets", "download", sets[0], "99999", sets[1], "-o", "out/")
    check(done, 5, ["Dataset 99999"], "1 of 3 transfers failed")
    assert (tmp_path / "out" / "d2.jsonl").exists()
    done = call("shards", "download", "1", "1", "99999", "2", "-o", "out/")
    check(done, 5, ["Shard 99999"], "1 of 3 transfers failed")
    assert (tmp_path / "out" / "b").read_bytes() == b"CNS"
    # One id has no list of failures.
    done = call("files", "download", "99999")
    assert (done.exit_code, failures(done.stderr)) == (5, [])
    # A file of the same name, and a missing id: the first of them decides.
    done = call("files", "download", ids[0], "99999", "-o", "out/")
    check(done, 9, [f"File {ids[0]}", "File 99999"], "2 of 2 transfers failed")
    hints = [line for line in done.stderr.splitlines() if line.startswith("Hint: ")]
    assert len(hints) == 2


@pytest.mark.parametrize("form", ["table", "json", "csv", "ids"])
def test_delete(form: str, call: Call, planted: LocalOrion) -> None:
    ids = [str(File.upload(planted.session(), name, b"CNS").id) for name in ("x", "y")]
    done = call("files", "delete", ids[0], "99999", ids[1], "99998", "--yes", "--format", form, on=planted)
    check(done, 5, ["file 99999", "file 99998"], "2 of 4 failed")
    if form == "json":
        assert [each["id"] for each in json.loads(done.stdout)] == [int(each) for each in ids]
    else:
        assert all(each in done.stdout for each in ids)


def test_share_and_unshare(call: Call, planted: LocalOrion) -> None:
    session = planted.session()
    file = File.upload(session, "x", b"CNS")
    projects = [str(Project.create(session, name).id) for name in ("p", "q")]
    words = ["--project", projects[0], "--user", "99999", "--project", projects[1]]
    done = call("files", "share", str(file.id), *words, on=planted)
    check(done, 6, ["user 99999"], "1 of 3 failed")
    assert done.stdout == f"Shared file {file.id} 'x' with project {projects[0]}, project {projects[1]}\n"
    assert sorted(each["target_id"] for each in session.list_shares(file)) == sorted(map(int, projects))
    planted.faults.script("unshare_resource", [403, "pass"])
    done = call("files", "unshare", str(file.id), "--project", projects[0], "--project", projects[1], "--json")
    planted.faults.clear()
    check(done, 6, [f"project {projects[0]}"], "1 of 2 failed")
    assert [each["target_id"] for each in json.loads(done.stdout)] == [int(projects[0])]
    # Without any success there is nothing to print.
    done = call("files", "share", "99999", "--project", projects[0], "--project", projects[1], "--json")
    check(done, 5, [f"project {each}" for each in projects], "2 of 2 failed")
    assert done.stdout == ""


def test_cancel_jobs(call: Call, planted: LocalOrion) -> None:
    spec = planted.session().list_resources(WorkFloeSpec, {"title": "slow"}).one()
    jobs = [spec.start(name, seconds=60, steps=60) for name in ("one", "two")]
    done = call("jobs", "cancel", str(jobs[0].id), "99999", str(jobs[1].id), "--json", on=planted)
    check(done, 5, ["job 99999"], "1 of 3 failed")
    assert [each["id"] for each in json.loads(done.stdout)] == [job.id for job in jobs]


def test_packages_and_folders(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    for name in ("p", "q"):
        assert call("packages", "init", name, on=planted).exit_code == 0
    done = call("packages", "upload", "p", "gone", "q", "--json")
    check(done, 9, ["gone"], "1 of 3 failed")
    assert [each["name"] for each in json.loads(done.stdout)] == ["p", "q"]
    planted.faults.script("create_paths", ["pass", 422, "pass"])
    done = call("folders", "create", "/a", "/b", "/c", "--json")
    planted.faults.clear()
    check(done, 6, ["/b"], "1 of 3 failed")
    assert json.loads(done.stdout) == [{"path": "/a"}, {"path": "/c"}]
    # An empty path is rejected before any request.
    before = len(planted.faults.requests("create_paths"))
    assert call("folders", "create", "/d", "").exit_code == 6
    assert len(planted.faults.requests("create_paths")) == before


def test_results_are_reported_after_an_interrupt() -> None:
    reported: list[list[int]] = []

    def act(item: int) -> int:
        if item == 2:
            raise KeyboardInterrupt
        return item

    with pytest.raises(KeyboardInterrupt):
        apply_to_each([1, 2, 3], act, reported.append, name_of=str)
    assert reported == [[1]]
    with pytest.raises(KeyboardInterrupt):
        apply_to_each([2], act, reported.append, name_of=str)
    assert reported == [[1]]


def test_a_listing_that_fails_ends_with_its_own_code(call: Call, planted: LocalOrion) -> None:
    planted.faults.script("list_shards", [403] * 3)
    done = call("collections", "download", "1", "here", on=planted)
    planted.faults.clear()
    assert done.exit_code == 6


def test_shards_by_name(call: Call, planted: LocalOrion, tmp_path: Path) -> None:
    collection = str(ShardCollection.create(planted.session(), "by name").id)
    (tmp_path / "one").write_bytes(b"old")
    (tmp_path / "two").write_bytes(b"two")
    words = ("shards", "upload", collection, "one", "--json")
    first = json.loads(call(*words, on=planted).stdout)[0]["id"]
    (tmp_path / "one").write_bytes(b"new")
    (skipped,) = json.loads(call(*words, "--if-exists", "skip").stdout)
    assert (skipped["id"], skipped["skipped"]) == (first, True)
    done = call("shards", "upload", collection, "one", "two", "--if-exists", "error")
    check(done, 6, ["one"], "1 of 2 transfers failed")
    assert "already exists" in done.stderr
    (replaced,) = json.loads(call(*words, "--if-exists", "replace").stdout)
    assert replaced["id"] != first
    shards = list(planted.session().get_resource(ShardCollection, collection).list_shards())
    assert sorted((shard.name, b"".join(shard.download())) for shard in shards) == [("one", b"new"), ("two", b"two")]
    assert first not in [shard.id for shard in shards]
