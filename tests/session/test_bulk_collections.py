"""Bulk uploads of folders into collections and downloads back:

ordered, resumable, atomic, and never outside the folder.
"""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import pickle
import subprocess
import sys
import textwrap
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from helpers.nasty_names import CORPUS, PATHS
from helpers.plain import Plain

from orionclient._transfer.bulk import run
from orionclient._transfer.progress import Progress
from orionclient.emulator.faults import set_field
from orionclient.exceptions import AuthorizationRequired, OrionError, TransferErrors, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import OrionSession
from orionclient.types import Shard, ShardCollection

# In the order in which they are listed.
NAMES = ["1.xyz", "10.xyz", "2.xyz", "Größe 5 µm", "late/1.xyz", "late/er/1.xyz", "late/x", "zero"]


@pytest.fixture
def collection(session: OrionSession) -> ShardCollection:
    return ShardCollection.create(session, "frames")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with files, nested folders and an empty folder."""
    root = tmp_path / "frames"
    for name in reversed(NAMES):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"" if name == "zero" else name.encode() * 1000)
    return root


def operations(orion: LocalOrion) -> Counter[str]:
    return Counter(seen.operation for seen in orion.faults.requests())


def path_of(collection: ShardCollection) -> str:
    return f"/api/v1/storage/collections/{collection.id}/shards/"


def on_server(plain: Plain, collection: ShardCollection) -> list[tuple[str, bytes]]:
    """Return names and contents of the ready shards."""
    shards = plain.get(f"{path_of(collection)}?limit=1000")["results"]
    assert {shard["state"] for shard in shards} <= {"ready"}
    return [
        (shard["name"], plain.request("GET", f"{path_of(collection)}{shard['id']}/download/")[1] or b"")
        for shard in shards
    ]


def content(folder: Path) -> dict[str, bytes]:
    """Return relative path -> content of all files below, without following links."""
    return {
        str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file() and not path.is_symlink()
    }  # fmt: skip


# ---------------------------------------------------------------------- round trips


def test_a_folder_makes_a_round_trip(
    plain: Plain, collection: ShardCollection, folder: Path, tmp_path: Path, session: OrionSession
) -> None:
    results = collection.upload(folder)
    assert [result.value.name for result in results if result.value] == NAMES
    assert [result.item for result in results] == [folder / name for name in NAMES]
    assert {result.value.state for result in results if result.value} == {"ready"}
    assert {result.value.session for result in results if result.value} == {session}
    assert dict(on_server(plain, collection)) == {name: (folder / name).read_bytes() for name in NAMES}
    assert len(on_server(plain, collection)) == len(NAMES)

    back = collection.download(tmp_path / "new" / "back", workers=3)
    assert sorted(result.item.name for result in back) == sorted(NAMES)
    assert [result.item.id for result in back] == sorted(result.item.id for result in back)
    assert [result.value.read_bytes() for result in back if result.value] == [
        b"".join(result.item.download()) for result in back
    ]
    assert content(tmp_path / "new" / "back") == content(folder)


def test_paths_and_iterators_of_paths(collection: ShardCollection, folder: Path) -> None:
    (folder / "only").mkdir()
    given: Iterator[Any] = iter(
        [str(folder / "2.xyz"), folder / "late" / "1.xyz", folder / "1.xyz", folder / "late", folder / "only"]
    )
    results = collection.upload(given, workers=2)
    assert [result.value.name for result in results if result.value] == [
        "2.xyz", "1.xyz", "1-2.xyz", "1-3.xyz", "er/1.xyz", "x"
    ]  # fmt: skip
    assert [result.value.name for result in collection.upload(folder / "10.xyz") if result.value] == ["10.xyz"]
    assert collection.upload([]) == []


@pytest.mark.parametrize("wrong", [None, 7, b"x"], ids=str)
def test_sources_that_are_not_paths_are_rejected(collection: ShardCollection, wrong: Any) -> None:
    with pytest.raises(ValidationError, match="pass a folder or paths, not"):
        collection.upload(wrong)


def test_a_missing_folder_is_an_error(collection: ShardCollection, tmp_path: Path, orion: LocalOrion) -> None:
    with pytest.raises(FileNotFoundError):
        collection.upload(tmp_path / "nowhere")
    assert not orion.faults.requests("create_shard")


def test_a_closed_collection_is_an_error(collection: ShardCollection, folder: Path, orion: LocalOrion) -> None:
    collection.close()
    collection.wait()
    with pytest.raises(OrionError, match=r"is 'ready', not 'open'; collection.ensure_open\(\)"):
        collection.upload(folder)
    assert not orion.faults.requests("create_shard")


def test_other_kinds_of_directory_entries_are_separate_errors(
    collection: ShardCollection, folder: Path, tmp_path: Path
) -> None:
    os.mkfifo(folder / "pipe")
    (folder / "broken").symlink_to(tmp_path / "nowhere")
    (folder / "elsewhere").symlink_to(tmp_path)
    (folder / "link").symlink_to(folder / "1.xyz")
    with pytest.raises(TransferErrors) as caught:
        collection.upload(folder)
    assert {result.item.name: type(result.error).__name__ for result in caught.value.failed} == {
        "pipe": "ValidationError", "broken": "FileNotFoundError", "elsewhere": "ValidationError"
    }  # fmt: skip
    assert "links to folders are not followed" in str(
        next(result.error for result in caught.value.failed if result.item.name == "elsewhere")
    )
    assert {shard.name for shard in collection.list_shards(state="ready")} == {*NAMES, "link"}


# ---------------------------------------------------------------------- resuming


def test_no_file_is_transferred_twice(
    orion: LocalOrion, collection: ShardCollection, folder: Path, tmp_path: Path
) -> None:
    first = collection.upload(folder)
    collection.download(tmp_path / "back")
    orion.faults.clear()
    again = collection.upload(folder)
    assert operations(orion) == {"get_collection": 1, "list_shards": 1}
    assert [(result.value.id, result.value.state) for result in again if result.value] == [
        (result.value.id, "ready") for result in first if result.value
    ]
    assert [result.value.size for result in again if result.value] == [(folder / name).stat().st_size for name in NAMES]
    orion.faults.clear()
    back = collection.download(tmp_path / "back")
    assert operations(orion) == {"list_shards": 1}
    assert [result.value for result in back if result.value] == [
        tmp_path / "back" / result.item.name for result in back
    ]


def test_only_changed_files_are_transferred_again(
    orion: LocalOrion, plain: Plain, collection: ShardCollection, folder: Path, tmp_path: Path
) -> None:
    collection.upload(folder)
    collection.download(tmp_path / "back")
    (folder / "2.xyz").write_bytes(b"3.xyz" * 1000)
    (tmp_path / "back" / "1.xyz").write_bytes(b"9.xyz" * 1000)
    (tmp_path / "back" / "10.xyz").write_bytes(b"short")
    (tmp_path / "back" / "late" / "x").unlink()
    orion.faults.clear()
    collection.download(tmp_path / "back")
    assert operations(orion) == {"list_shards": 1, "download_shard": 3}
    assert (tmp_path / "back" / "1.xyz").read_bytes() == b"1.xyz" * 1000
    orion.faults.clear()
    collection.upload(folder)
    assert (operations(orion)["create_shard"], operations(orion)["upload_shard_content"]) == (1, 1)
    assert [data for name, data in on_server(plain, collection) if name == "2.xyz"] == [
        b"2.xyz" * 1000,
        b"3.xyz" * 1000,
    ]


def test_shards_of_running_uploads_are_left_alone(
    orion: LocalOrion, plain: Plain, collection: ShardCollection, folder: Path
) -> None:
    left = [Shard.create(collection, name) for name in NAMES[1:3]]
    left[1].upload_file(folder / NAMES[2])
    results = collection.upload(folder)
    assert not {shard.id for shard in left} & {result.value.id for result in results if result.value}
    with pytest.warns(UserWarning, match="2 shards of .* not closed"):
        collection.close()
    collection.wait()
    assert dict(on_server(plain, collection)) == {name: (folder / name).read_bytes() for name in NAMES}
    assert len(on_server(plain, collection)) == len(NAMES)


def test_one_failure_does_not_lose_the_others(
    orion: LocalOrion, plain: Plain, collection: ShardCollection, folder: Path
) -> None:
    orion.faults.script("upload_shard_content", ["pass", 403, "pass", 403])
    with pytest.raises(TransferErrors) as caught:
        collection.upload(folder, workers=1)
    orion.faults.assert_consumed()
    failed = [NAMES[1], NAMES[3]]
    assert [str(result.item.relative_to(folder)) for result in caught.value.failed] == failed
    assert {type(result.error) for result in caught.value.failed} == {AuthorizationRequired}
    assert len(caught.value.results) == len(NAMES)
    message = str(caught.value)
    assert message.startswith("2 of 8 transfers failed; the first, ")
    assert f"{NAMES[1]}: upload_shard_content PUT" in message
    # The failed file left nothing behind, and the next run sends only that one.
    assert [name for name, _ in on_server(plain, collection)] == [name for name in NAMES if name not in failed]
    orion.faults.clear()
    assert all(result.error is None for result in collection.upload(folder))
    assert operations(orion)["create_shard"] == 2
    assert sorted(name for name, _ in on_server(plain, collection)) == sorted(NAMES)


def test_one_failed_download_does_not_lose_the_others(
    orion: LocalOrion, collection: ShardCollection, folder: Path, tmp_path: Path
) -> None:
    collection.upload(folder, workers=1)
    orion.faults.script("download_shard", ["pass", 403])
    seen: list[Any] = []
    results = collection.download(tmp_path / "back", 1, return_exceptions=True, on_result=seen.append)
    assert [result.item.name for result in results] == [NAMES[1]]
    assert [result.item.name for result in seen] == NAMES
    assert content(tmp_path / "back") == {name: data for name, data in content(folder).items() if name != NAMES[1]}
    orion.faults.clear()
    collection.download(tmp_path / "back")
    assert operations(orion) == {"list_shards": 1, "download_shard": 1}
    assert content(tmp_path / "back") == content(folder)


# ---------------------------------------------------------------------- several processes


def test_two_uploads_of_the_same_file_leave_one_shard(
    orion: LocalOrion, plain: Plain, collection: ShardCollection, folder: Path
) -> None:
    other = orion.session("ada").get_resource(ShardCollection, collection.id)
    ids: list[int] = []

    def paths() -> Iterator[Path]:
        # At this point this upload has listed an empty collection.
        ids.extend(result.value.id for result in other.upload(folder) if result.value)
        yield folder

    results = collection.upload(paths())
    assert [name for name, _ in on_server(plain, collection)].count("zero") == 1
    assert [result.value.id for result in results if result.value] == ids
    assert len(on_server(plain, collection)) == len(NAMES)
    orion.faults.clear()

    def files() -> Iterator[Path]:
        ids.extend(result.value.id for result in other.upload([extra]) if result.value)
        yield extra

    extra = folder / "extra"
    extra.write_bytes(b"extra")
    results = collection.upload(files())
    assert [result.value.id for result in results if result.value] == [ids[-1]]
    assert operations(orion)["delete_shard"] == 1
    assert [name for name, _ in on_server(plain, collection)].count("extra") == 1


WORK = """
    import sys
    from orionclient.session import OrionSession
    from orionclient.types import ShardCollection

    collection = OrionSession().get_resource(ShardCollection, int(sys.argv[1]))
    print("ready", flush=True)
    sys.stdin.readline()
    results = collection.upload(sys.argv[2], workers=2)
    print(*[result.value.id for result in results])
"""


def test_two_processes_at_once_lose_nothing(
    orion: LocalOrion, plain: Plain, collection: ShardCollection, folder: Path
) -> None:
    command = [sys.executable, "-W", "error", "-c", textwrap.dedent(WORK), str(collection.id), str(folder)]
    env = {**{name: value for name, value in os.environ.items() if not name.startswith("ORION")}, **orion.environ}
    processes = [
        subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) for _ in range(2)
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    reported = [process.communicate(timeout=120)[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    there = on_server(plain, collection)
    assert dict(there) == {name: (folder / name).read_bytes() for name in NAMES}
    # Every id that either process printed exists on the server.
    ids = {str(shard["id"]) for shard in plain.get(path_of(collection))["results"]}
    assert {each for line in reported for each in line} <= ids
    assert [len(line) for line in reported] == [len(NAMES)] * 2
    # The next run finds all files uploaded.
    orion.faults.clear()
    collection.upload(folder)
    assert operations(orion) == {"get_collection": 1, "list_shards": 1}


def test_an_executor_of_processes(
    orion: LocalOrion, session: OrionSession, plain: Plain, collection: ShardCollection, folder: Path, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(tmp_path)
    reported: list[Progress] = []
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as executor:
        results = collection.upload(folder, executor=executor, progress=reported.append)
        assert [(each.item, each.bytes, each.done) for each in reported] == [
            (name, (folder / name).stat().st_size, True) for name in NAMES
        ]
        assert [result.value.name for result in results if result.value] == NAMES
        assert {result.value.session for result in results if result.value} == {session}
        # Errors can be pickled between processes.
        orion.faults.script("download_shard", [403])
        back = collection.download("back", 2, reported.append, executor, return_exceptions=True)
        assert [type(result.error) for result in back if result.error] == [AuthorizationRequired]
        collection.download("back", executor=executor)
    assert content(tmp_path / "back") == content(folder)
    assert pickle.loads(pickle.dumps(results))[0].value.name == NAMES[0]


# ---------------------------------------------------------------------- bounds and progress


def test_a_listing_is_read_lazily(orion: LocalOrion, session: OrionSession, collection: ShardCollection) -> None:
    for _ in range(40):
        Shard.create(collection)
    orion.faults.clear()
    shards = session.list_resources(Shard(collection=collection), {"limit": 5})
    results = run(lambda shard: shard.id, shards, workers=1)
    first = next(results)
    # Four results are requested ahead, on one page of five.
    assert operations(orion) == {"list_shards": 1}
    assert [first.value, *(result.value for result in results)] == [shard.id for shard in collection.list_shards()]


def test_progress_reports_each_file(collection: ShardCollection, folder: Path, tmp_path: Path) -> None:
    for move in (
        lambda reported: collection.upload(folder, progress=reported),
        lambda reported: collection.upload(folder, progress=reported),
        lambda reported: collection.download(tmp_path / "back", progress=reported),
        lambda reported: collection.download(tmp_path / "back", progress=reported),
    ):
        reported: list[Progress] = []
        move(reported.append)
        done = [progress for progress in reported if progress.done]
        assert {progress.item: (progress.bytes, progress.total) for progress in done} == {
            name: ((folder / name).stat().st_size,) * 2 for name in NAMES
        }
        assert len(done) == len(NAMES)


def test_an_error_of_the_callback_stops_the_upload(
    orion: LocalOrion, plain: Plain, collection: ShardCollection, tmp_path: Path
) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    for index in range(100):
        (folder / f"{index:03}").write_bytes(b"x")

    def enough(progress: Progress) -> None:
        raise KeyError(progress.item)

    with pytest.raises(KeyError):
        collection.upload(folder, workers=2, progress=enough)
    assert operations(orion)["create_shard"] <= 8
    assert plain.get(path_of(collection))["count"] == 0


# ---------------------------------------------------------------------- names


def test_no_name_escapes_the_folder(
    session: OrionSession, collection: ShardCollection, tmp_path: Path, orion: LocalOrion
) -> None:
    contents: dict[int, bytes] = {}
    for index, name in enumerate([*CORPUS, *PATHS]):
        # Longer names and lone surrogates are rejected by this server; test_names.py covers them.
        if len(name) > 255 or any("\ud800" <= each <= "\udfff" for each in name):
            continue
        shard = Shard.create(collection, name, file=f"{index}".encode())
        contents[shard.id] = f"{index}".encode()
    assert len(contents) >= 100
    target = tmp_path / "outer" / "target"
    results = collection.download(target)
    assert [result.item.id for result in results] == list(contents)
    paths = [result.value for result in results if result.value]
    assert [path.read_bytes() for path in paths] == list(contents.values())
    assert all(path.resolve().is_relative_to(target) for path in paths)
    assert len(content(target)) == len(contents)
    assert list((tmp_path / "outer").iterdir()) == [target]
    # The names are the same the next time, so that nothing is downloaded again.
    orion.faults.clear()
    assert [result.value for result in collection.download(target)] == paths
    assert not orion.faults.requests("download_shard")


def test_nothing_is_written_through_a_link(collection: ShardCollection, tmp_path: Path) -> None:
    for name in ("sub/x", "link", "deep/er/x", "pipe", "fine"):
        Shard.create(collection, name, file=b"evil")
    outside, target = tmp_path / "outside", tmp_path / "target"
    (outside / "er").mkdir(parents=True)
    (outside / "secret").write_bytes(b"secret")
    target.mkdir()
    (target / "sub").symlink_to(outside)
    (target / "deep").symlink_to(outside)
    (target / "link").symlink_to(outside / "secret")
    os.mkfifo(target / "pipe")
    results = collection.download(target, return_exceptions=True)
    assert [type(result.error) for result in results] == [ValidationError] * 4 + [type(None)]
    assert content(outside) == {"secret": b"secret"}
    assert (target / "link").is_symlink()
    assert (target / "fine").read_bytes() == b"evil"
    # The folder itself may be a link, because the caller named it.
    (tmp_path / "way").symlink_to(tmp_path / "real")
    (tmp_path / "real").mkdir()
    collection.download(tmp_path / "way")
    assert sorted(content(tmp_path / "real")) == ["deep/er/x", "fine", "link", "pipe", "sub/x"]


def test_unnamed_shards_are_named_by_id(collection: ShardCollection, tmp_path: Path) -> None:
    shard = Shard.create(collection, file=b"x")
    (result,) = collection.download(tmp_path / "here", durable=True)
    assert result.value == tmp_path / "here" / f"shard-{shard.id}"
    assert hashlib.sha256(result.value.read_bytes()).hexdigest() == shard.sha256


ODD_FIELDS = [("sha256", "xyz"), ("sha256", "abc"), ("sha256", None), ("size", []), ("size", {}), ("state", None)]


@pytest.mark.parametrize(("field", "value"), ODD_FIELDS, ids=str)
def test_an_invalid_shard_among_existing_ones(
    orion: LocalOrion, collection: ShardCollection, folder: Path, field: str, value: Any
) -> None:
    """Send its file again, because its content is unknown; leave the other files alone."""
    collection.upload(folder)
    orion.faults.script("list_shards", [set_field(f"results.0.{field}", value)])
    before = operations(orion)["create_shard"]
    results = collection.upload(folder)
    orion.faults.assert_consumed()
    assert [result.error for result in results] == [None] * len(NAMES)
    assert operations(orion)["create_shard"] - before == 1
