"""`session.fs`: the verbs over real HTTP, and input that is rejected before any request or changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from helpers.scripted import Scripted, ScriptedResponse

from orionclient.emulator.faults import reset_after, status
from orionclient.exceptions import (
    AuthorizationRequired,
    BadResponse,
    NotFoundResponse,
    NotLoaded,
    OrionError,
    ValidationError,
)
from orionclient.fs import Entry, FileSystem
from orionclient.local import LocalOrion
from orionclient.records import Record
from orionclient.session import OrionSession
from orionclient.types import Dataset, File, Shard, ShardCollection, User

TEAM, OWN, ORGANIZATION = "/project/1/team", "/project/1/user/ada", "/organization"
SHARED = "/project/3/team"


@pytest.fixture
def fs(session: OrionSession) -> FileSystem:
    return session.fs


def put(session: OrionSession, path: str, content: bytes = b"CNS") -> File:
    """Upload a file to a path; its folder is created."""
    folder, _, name = path.rpartition("/")
    return File.upload(session, name, content, folder_path=folder)


def tree(fs: FileSystem, folder: str = TEAM, base: str = "") -> list[str]:
    """List the paths below a folder, folders with a slash at the end."""
    found = []
    for entry in fs.ls(folder):
        path = entry.path.removeprefix(base or folder)
        found += [f"{path}/", *tree(fs, entry.path, base or folder)] if entry.type == "folder" else [path]
    return found


# ---------------------------------------------------------------- ls and info


def test_ls_lists_folders_first_with_all_fields(session: OrionSession, fs: FileSystem) -> None:
    file = put(session, f"{TEAM}/b.smi", b"CCO")
    dataset = Dataset.create(session, "a")
    dataset.write(Record({"Title": "one"}))
    dataset.finalize()
    collection = ShardCollection.create(session, "c")
    Shard.create(collection, "frame")
    fs.mkdir(f"{TEAM}/z")
    entries = list(fs.ls(TEAM))
    assert [(each.type, each.name, each.address) for each in entries] == [
        ("folder", "z", f"{TEAM}/z"),
        ("dataset", "a", f"dataset://{dataset.id}"),
        ("file", "b.smi", f"file://{file.id}"),
        ("collection", "c", f"collection://{collection.id}"),
    ]
    assert [(each.size, each.count) for each in entries] == [(None, None), (None, 1), (3, None), (None, 1)]
    assert [each.path for each in entries] == [f"{TEAM}/{name}" for name in ("z", "a", "b.smi", "c")]
    assert {each.owner for each in entries} == {session.get_user_profile().id}
    assert {each.project for each in entries} == {1}
    assert [each.state for each in entries] == [None, None, "ready", "open"]
    assert all(each.created for each in entries)
    assert {each.deleted for each in entries} == {None}
    assert fs.info(f"{TEAM}/b.smi") == fs.info(f"file://{file.id}") == entries[2]
    assert fs.info(f"{TEAM}//z/") == entries[0]
    assert fs.info(file) == fs.info(entries[2]) == entries[2]
    assert list(fs.ls(file)) == [entries[2]]
    assert list(fs.ls(entries[0])) == []
    assert fs.head(file) == fs.head(entries[2]) == fs.head(f"{TEAM}/b.smi")
    (root,) = [fs.info(f"{TEAM}/")]
    assert (root.type, root.id, root.path) == ("folder", None, TEAM)


def test_an_item_lists_itself(session: OrionSession, fs: FileSystem) -> None:
    file = put(session, f"{TEAM}/june/hits.smi")
    for path in (f"{TEAM}/june/hits.smi", f"file://{file.id}"):
        assert [each.address for each in fs.ls(path)] == [f"file://{file.id}"]


@pytest.mark.parametrize(
    ("filters", "names"),
    [
        ({}, ["A", "Hits", "a.smi", "hits.sdf"]),
        ({"name": "HITS"}, ["Hits", "hits.sdf"]),
        ({"name_icontains": "HITS"}, ["Hits", "hits.sdf"]),
        ({"name_contains": "Hits"}, ["Hits"]),
        ({"types": "folder"}, ["A"]),
        ({"types": ["file", "dataset"]}, ["Hits", "a.smi", "hits.sdf"]),
        ({"types": "collection"}, []),
        ({"tags": "good"}, ["hits.sdf"]),
        ({"order_by": "-name"}, ["A", "hits.sdf", "a.smi", "Hits"]),
        ({"order_by": "created", "types": "file"}, ["hits.sdf", "a.smi"]),
        ({"order_by": "type"}, ["A", "Hits", "hits.sdf", "a.smi"]),
        ({"limit": 2}, ["A", "Hits"]),
        ({"offset": 2}, ["a.smi", "hits.sdf"]),
        ({"owner": 2}, []),
        ({"deleted": True}, []),
    ],
)
def test_filters(session: OrionSession, fs: FileSystem, filters: dict[str, Any], names: list[str]) -> None:
    session.tag_resource(put(session, f"{TEAM}/hits.sdf"), "good")
    put(session, f"{TEAM}/a.smi")
    Dataset.create(session, "Hits")
    fs.mkdir(f"{TEAM}/A")
    assert [each.name for each in fs.ls(TEAM, **filters)] == names


def test_unknown_orders_and_types_are_rejected(fs: FileSystem) -> None:
    for filters in ({"order_by": "color"}, {"types": "job"}):
        with pytest.raises(BadResponse, match="400"):
            list(fs.ls(TEAM, **filters))


def test_pages_do_not_mix_items_of_different_types(session: OrionSession, fs: FileSystem) -> None:
    """Ids are unique within a type only: equal ids on neighbouring pages are not the same item."""
    for name in "abc":
        put(session, f"{TEAM}/{name}")
        Dataset.create(session, name)
    entries = session._calls.iter_items(_list_entries(), {"path": TEAM}, query={"limit": 1})
    found = [(each["type"], each["id"]) for each in entries]
    assert sorted(found) == sorted((each.type, each.id) for each in fs.ls(TEAM))
    assert len({*found}) == 6
    assert fs.ls(TEAM).count() == 6


def _list_entries() -> Any:
    from orion_api.api.filesystem import list_entries

    return list_entries


def test_the_trash_of_a_folder(session: OrionSession, fs: FileSystem) -> None:
    file = put(session, f"{TEAM}/june/hits.smi")
    fs.rm(file)
    assert tree(fs) == ["/june/"]
    (entry,) = fs.ls(f"{TEAM}/june", deleted=True)
    assert (entry.address, bool(entry.deleted)) == (f"file://{file.id}", True)
    assert list(fs.ls(TEAM, deleted=True)) == []
    fs.rm(f"{TEAM}/june")
    assert [each.id for each in fs.ls(f"{TEAM}/june", deleted=True)] == [file.id]


# ---------------------------------------------------------------- mkdir


def test_mkdir(fs: FileSystem) -> None:
    fs.mkdir(f"{TEAM}/a", f"{TEAM}/a/b", f"{OWN}/c")
    assert (tree(fs), tree(fs, OWN)) == (["/a/", "/a/b/"], ["/c/"])
    for path, error in ((f"{TEAM}/a", BadResponse), (f"{TEAM}/x/y", NotFoundResponse), (TEAM, BadResponse)):
        with pytest.raises(error):
            fs.mkdir(f"{TEAM}/new", path)
    assert tree(fs) == ["/a/", "/a/b/"]
    fs.mkdir(f"{TEAM}/a", f"{TEAM}/x/y", parents=True)
    assert tree(fs) == ["/a/", "/a/b/", "/x/", "/x/y/"]


def test_mkdir_whose_response_is_lost(orion: LocalOrion, fs: FileSystem) -> None:
    orion.faults.script("create_paths", [reset_after(), status(504, applied=True)])
    fs.mkdir(f"{TEAM}/a", f"{TEAM}/a/b")
    assert tree(fs) == ["/a/", "/a/b/"]
    # What certainly existed before is an error, after retries too.
    orion.faults.script("create_paths", [429])
    with pytest.raises(BadResponse, match="exists"):
        fs.mkdir(f"{TEAM}/a")


# ---------------------------------------------------------------- cp


def test_cp_copies_content_and_metadata_but_neither_tags_nor_shares(session: OrionSession, fs: FileSystem) -> None:
    file = put(session, f"{TEAM}/hits.smi", b"CCO")
    session.tag_resource(file, "good")
    session.share_resource(file, User(id=2))
    dataset = Dataset.create(session, "records")
    dataset.write(Record({"Title": "one"}))
    dataset.finalize()
    collection = ShardCollection.create(session, "frames")
    Shard.create(collection, "frame", file=b"x").close()
    copies = fs.cp(file, dataset, collection, destination=SHARED)
    assert [(each.type, each.path) for each in copies] == [
        ("file", f"{SHARED}/hits.smi"),
        ("dataset", f"{SHARED}/records"),
        ("collection", f"{SHARED}/frames"),
    ]
    copy = session.get_resource(File, copies[0].address)
    assert (copy.id != file.id, copy.project, copy.sha256) == (True, 3, file.sha256)
    assert list(session.list_tags(copy)) == []
    assert list(session.list_shares(copy)) == []
    # The copies survive the originals.
    fs.rm(file, dataset, collection, immediate=True)
    assert b"".join(copy.download()) == b"CCO"
    assert fs.head(copies[1].address) == [{"Title": "one"}]
    (shard,) = fs.head(copies[2].address)
    assert b"".join(shard.download()) == b"x"


def test_cp_of_folders(session: OrionSession, fs: FileSystem) -> None:
    put(session, f"{TEAM}/a/b/hits.smi")
    put(session, f"{TEAM}/a/x")
    with pytest.raises(BadResponse, match="400"):
        fs.cp(f"{TEAM}/a", destination=OWN)
    assert tree(fs, OWN) == []
    (copy,) = fs.cp(f"{TEAM}/a", destination=OWN, recursive=True)
    assert (copy.type, copy.path) == ("folder", f"{OWN}/a")
    (copy,) = fs.cp(f"{TEAM}/a", destination=f"{OWN}/new", recursive=True)
    assert copy.path == f"{OWN}/new"
    assert tree(fs, OWN) == ["/a/", "/a/b/", "/a/b/hits.smi", "/a/x", "/new/", "/new/b/", "/new/b/hits.smi", "/new/x"]


def test_mv_keeps_the_item(session: OrionSession, fs: FileSystem) -> None:
    file = put(session, f"{TEAM}/a/hits.smi")
    session.tag_resource(file, "good")
    session.share_resource(file, User(id=2))
    fs.mkdir(f"{SHARED}/june")
    (moved,) = fs.mv(f"{TEAM}/a", destination=f"{SHARED}/june")
    assert (moved.path, tree(fs), tree(fs, SHARED)) == (
        f"{SHARED}/june/a",
        [],
        ["/june/", "/june/a/", "/june/a/hits.smi"],
    )
    (moved,) = fs.mv(file, destination=f"{SHARED}/june/new.smi")
    assert (moved.address, moved.path, moved.project) == (f"file://{file.id}", f"{SHARED}/june/new.smi", 3)
    session.refresh_resource(file)
    assert (file.name, file.path, file.project) == ("new.smi", "/june", 3)
    assert [each["name"] for each in session.list_tags(file)] == ["good"]
    assert [each["target_id"] for each in session.list_shares(file)] == [2]


@pytest.mark.parametrize("verb", ["cp", "mv"])
def test_an_existing_name_needs_force(session: OrionSession, fs: FileSystem, verb: str) -> None:
    old, new = put(session, f"{TEAM}/to/hits.smi", b"old"), put(session, f"{TEAM}/hits.smi", b"new")
    act = getattr(fs, verb)
    for destination in (f"{TEAM}/to", f"{TEAM}/to/", f"{TEAM}/to/hits.smi"):
        with pytest.raises(BadResponse, match="409"):
            act(new, destination=destination)
    (entry,) = act(new, destination=f"{TEAM}/to", force=True)
    assert [each.address for each in fs.ls(f"{TEAM}/to")] == [entry.address]
    assert [each.id for each in fs.ls(f"{TEAM}/to", deleted=True)] == [old.id]
    assert b"".join(session.get_resource(File, entry.address).download()) == b"new"
    assert (entry.id == new.id) == (verb == "mv")


def test_an_ambiguous_path_names_the_addresses(session: OrionSession, fs: FileSystem) -> None:
    file, dataset = put(session, f"{TEAM}/hits"), Dataset.create(session, "hits")
    for attempt in (
        lambda: fs.info(f"{TEAM}/hits"),
        lambda: fs.head(f"{TEAM}/hits"),
        lambda: fs.rm(f"{TEAM}/hits"),
        lambda: fs.mv(f"{TEAM}/hits", destination=f"{TEAM}/other"),
        lambda: fs.cp(f"{TEAM}/hits", destination=f"{TEAM}/other"),
    ):
        with pytest.raises(BadResponse, match="409") as caught:
            attempt()
        assert f"file://{file.id}" in str(caught.value)
        assert f"dataset://{dataset.id}" in str(caught.value)
    assert {each.address for each in fs.ls(TEAM)} == {f"file://{file.id}", f"dataset://{dataset.id}"}
    fs.rm(f"file://{file.id}")
    assert fs.info(f"{TEAM}/hits").address == f"dataset://{dataset.id}"


# ---------------------------------------------------------------- rm


def test_rm(session: OrionSession, fs: FileSystem) -> None:
    file = put(session, f"{TEAM}/a/b/hits.smi")
    put(session, f"{TEAM}/a/x")
    with pytest.raises(BadResponse, match="409"):
        fs.rm(f"{TEAM}/a")
    wanted = {f"{TEAM}/a", f"{TEAM}/a/b", f"{TEAM}/a/b/hits.smi", f"{TEAM}/a/x"}
    assert {each.path for each in fs.rm(f"{TEAM}/a", recursive=True, dry_run=True)} == wanted
    assert tree(fs) == ["/a/", "/a/b/", "/a/b/hits.smi", "/a/x"]
    assert {each.path for each in fs.rm(f"{TEAM}/a", recursive=True)} == wanted
    assert tree(fs) == []
    assert [each.id for each in session.list_resources(File, {"deleted": True})] == [file.id, file.id + 1]


def test_rm_immediate(session: OrionSession, fs: FileSystem) -> None:
    file = put(session, f"{TEAM}/hits.smi")
    (removed,) = fs.rm(f"{TEAM}/hits.smi", immediate=True)
    assert removed.address == f"file://{file.id}"
    assert session.list_resources(File, {"deleted": True}).count() == 0


# ---------------------------------------------------------------- head


def test_head_of_a_file(session: OrionSession, fs: FileSystem) -> None:
    put(session, f"{TEAM}/hits.smi", b"CCO\r\nCNS\n\nlast")
    put(session, f"{TEAM}/empty", b"")
    put(session, f"{TEAM}/wide", b"x" * 3 * 2**20)
    path = f"{TEAM}/hits.smi"
    assert fs.head(path) == [b"CCO\r\n", b"CNS\n", b"\n", b"last"]
    assert fs.head(path, 2) == [b"CCO\r\n", b"CNS\n"]
    assert fs.head(f"{TEAM}/empty") == []
    assert fs.head(f"{TEAM}/wide", 1) == [b"x" * 2**20]


def test_head_of_a_dataset_and_a_collection(session: OrionSession, fs: FileSystem) -> None:
    dataset = Dataset.create(session, "hits")
    for index in range(12):
        dataset.write(Record({"Title": str(index)}))
    dataset.finalize()
    collection = ShardCollection.create(session, "frames")
    shards = [Shard.create(collection, str(index)) for index in range(3)]
    assert [record["Title"] for record in fs.head(f"{TEAM}/hits")] == [str(index) for index in range(10)]
    assert [record["Title"] for record in fs.head(f"dataset://{dataset.id}", 2)] == ["0", "1"]
    assert fs.head(f"{TEAM}/frames", 2) == shards[:2]


@pytest.mark.parametrize("count", [0, -1, True, 1.5, "2", None])
def test_invalid_counts(scripted: Scripted, count: Any) -> None:
    with pytest.raises(ValidationError, match="n must be a positive integer"):
        scripted.session().fs.head("file://7", count)
    assert scripted.requests == []


def test_head_of_a_folder(fs: FileSystem) -> None:
    with pytest.raises(ValidationError, match=f"'{TEAM}' is a folder, but a file, dataset or collection is expected"):
        fs.head(TEAM)


# ---------------------------------------------------------------- invalid input changes nothing


Attempt = Callable[[FileSystem, str], object]
LOCATIONS: dict[str, Attempt] = {
    "ls": lambda fs, path: list(fs.ls(path)),
    "info": lambda fs, path: fs.info(path),
    "head": lambda fs, path: fs.head(path),
    "rm": lambda fs, path: fs.rm(f"{TEAM}/a", path),
    "cp": lambda fs, path: fs.cp(f"{TEAM}/a", path, destination=TEAM),
    "mv": lambda fs, path: fs.mv(f"{TEAM}/a", path, destination=TEAM),
}
FOLDERS: dict[str, Attempt] = {
    "mkdir": lambda fs, path: fs.mkdir(f"{TEAM}/new", path),
    "to cp": lambda fs, path: fs.cp(f"{TEAM}/a", destination=path),
    "to mv": lambda fs, path: fs.mv(f"{TEAM}/a", destination=path),
}


@pytest.mark.parametrize(
    "path", ["/screens", "/project/1", "a", "", f"{TEAM}/../x", f"{TEAM}/.", f"{TEAM}/a\tb", f"{TEAM}/a\n", None, 7]
)
@pytest.mark.parametrize("attempt", [*LOCATIONS.values(), *FOLDERS.values()], ids=[*LOCATIONS, *FOLDERS])
def test_invalid_paths_are_rejected_before_any_request(scripted: Scripted, attempt: Attempt, path: Any) -> None:
    with pytest.raises(ValidationError) as caught:
        attempt(scripted.session().fs, path)
    assert "\n" not in str(caught.value)
    assert scripted.requests == []


@pytest.mark.parametrize("address", ["job://7", "file://x", "file://"])
@pytest.mark.parametrize("attempt", LOCATIONS.values(), ids=LOCATIONS)
def test_invalid_addresses_are_rejected_before_any_request(scripted: Scripted, attempt: Attempt, address: str) -> None:
    with pytest.raises(ValidationError, match="is not a valid address"):
        attempt(scripted.session().fs, address)
    assert scripted.requests == []


@pytest.mark.parametrize("attempt", FOLDERS.values(), ids=FOLDERS)
def test_addresses_are_no_folders(scripted: Scripted, attempt: Attempt) -> None:
    with pytest.raises(ValidationError, match="'file://7' is outside every root"):
        attempt(scripted.session().fs, "file://7")
    assert scripted.requests == []


@pytest.mark.parametrize("verb", ["cp", "mv", "rm"])
def test_no_source(scripted: Scripted, verb: str) -> None:
    more = {} if verb == "rm" else {"destination": TEAM}
    with pytest.raises(ValidationError, match="no source given"):
        getattr(scripted.session().fs, verb)(**more)
    assert scripted.requests == []


REJECTED: dict[str, tuple[Callable[[FileSystem], object], type[OrionError]]] = {
    "a folder into itself": (lambda fs: fs.mv(f"{TEAM}/a", destination=f"{TEAM}/a"), BadResponse),
    "a folder below itself": (lambda fs: fs.mv(f"{TEAM}/a", destination=f"{TEAM}/a/b"), BadResponse),
    "a copy below itself": (lambda fs: fs.cp(f"{TEAM}/a", destination=f"{TEAM}/a/b/c", recursive=True), BadResponse),
    "an item onto itself": (lambda fs: fs.mv(f"{TEAM}/x", destination=f"{TEAM}/x"), BadResponse),
    "an item into its folder": (lambda fs: fs.mv(f"{TEAM}/x", destination=TEAM, force=True), BadResponse),
    "an item copied onto itself": (lambda fs: fs.cp(f"{TEAM}/x", destination=f"{TEAM}/x", force=True), BadResponse),
    "a root": (lambda fs: fs.mv(TEAM, destination=OWN), BadResponse),
    "removing a root": (lambda fs: fs.rm(TEAM, recursive=True), BadResponse),
    "a source twice": (lambda fs: fs.rm(f"{TEAM}/x", f"{TEAM}/x"), BadResponse),
    "a source in another": (lambda fs: fs.rm(f"{TEAM}/a", f"{TEAM}/a/b", recursive=True), BadResponse),
    "two of one name": (lambda fs: fs.cp(f"{TEAM}/x", f"{TEAM}/a/b/x", destination=OWN, force=True), BadResponse),
    "a missing source": (lambda fs: fs.rm(f"{TEAM}/x", f"{TEAM}/none"), NotFoundResponse),
    "a missing item": (lambda fs: fs.rm(f"{TEAM}/x", "file://9999"), NotFoundResponse),
    "a missing parent": (lambda fs: fs.cp(f"{TEAM}/x", destination=f"{TEAM}/none/x"), NotFoundResponse),
    "a missing folder": (lambda fs: fs.cp(f"{TEAM}/x", destination=f"{TEAM}/none/"), NotFoundResponse),
    "several to a new name": (lambda fs: fs.cp(f"{TEAM}/x", f"{TEAM}/y", destination=f"{TEAM}/new"), BadResponse),
    "a folder of the name": (lambda fs: fs.cp(f"{TEAM}/y", destination=f"{OWN}/d", force=True), BadResponse),
    "the folder of another user": (lambda fs: fs.ls("/project/3/user/grace").first(), NotFoundResponse),
    "to another user": (lambda fs: fs.mv(f"{TEAM}/x", destination="/project/3/user/grace"), NotFoundResponse),
    "a workspace": (lambda fs: fs.ls("/project/3/workspace/99").first(), NotFoundResponse),
    "a project": (lambda fs: fs.ls("/project/2/team").first(), NotFoundResponse),
    "the item of another": (lambda fs: fs.rm(f"{TEAM}/x", f"{ORGANIZATION}/hers"), AuthorizationRequired),
    "moving the item of another": (lambda fs: fs.mv(f"{ORGANIZATION}/hers", destination=TEAM), AuthorizationRequired),
    "a folder with an item of another": (
        lambda fs: fs.rm(f"{ORGANIZATION}/mine", recursive=True),
        AuthorizationRequired,
    ),
}


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Any:
    with LocalOrion(tmp_path_factory.mktemp("stack"), seed="demo", durable=False) as running:
        session, grace = running.session(), running.session("grace")
        for path in (f"{TEAM}/a/b/x", f"{TEAM}/x", f"{TEAM}/y", f"{OWN}/d/y/z"):
            put(session, path)
        session.fs.mkdir(f"{ORGANIZATION}/mine")
        for path in (f"{ORGANIZATION}/hers", f"{ORGANIZATION}/mine/hers", "/project/3/user/grace/secret"):
            put(grace, path)
        yield running


@pytest.mark.parametrize("name", REJECTED)
def test_what_is_rejected_changes_nothing(prepared: LocalOrion, name: str) -> None:
    session = prepared.session()
    fs, (attempt, kind) = session.fs, REJECTED[name]
    before = [tree(fs, root) for root in (TEAM, OWN, ORGANIZATION)]
    with pytest.raises(kind) as caught:
        attempt(fs)
    assert "\n" not in str(caught.value)
    assert [tree(fs, root) for root in (TEAM, OWN, ORGANIZATION)] == before


# ---------------------------------------------------------------- entries and requests


def test_everybody_adds_to_the_organization_and_the_owner_changes(orion: LocalOrion) -> None:
    ada, grace = orion.session(), orion.session("grace")
    ada.fs.mkdir(f"{ORGANIZATION}/library")
    file = put(grace, f"{ORGANIZATION}/library/hers")
    assert [each.address for each in ada.fs.ls(f"{ORGANIZATION}/library")] == [f"file://{file.id}"]
    assert ada.fs.cp(file, destination=TEAM)[0].project == 1
    with pytest.raises(AuthorizationRequired):
        ada.fs.rm(file)
    grace.fs.rm(file)
    ada.fs.rm(f"{ORGANIZATION}/library")
    assert tree(ada.fs, ORGANIZATION) == []


def test_entries_are_compared_by_what_they_are() -> None:
    one = Entry.from_msg({"type": "file", "id": 7, "name": "a", "path": f"{TEAM}/a"})
    moved = Entry.from_msg({"type": "file", "id": 7, "name": "b", "path": f"{TEAM}/b"})
    other = Entry.from_msg({"type": "dataset", "id": 7, "name": "a", "path": f"{TEAM}/a"})
    folder = Entry.from_msg({"type": "folder", "id": None, "name": "a", "path": f"{TEAM}/a"})
    assert one == moved != other
    assert folder == Entry.from_msg(folder.to_dict())
    assert len({one, moved, other, folder}) == 3
    assert one != 7
    with pytest.raises(NotLoaded):
        _ = Entry().path


def test_requests_have_what_was_given_only(scripted: Scripted) -> None:
    scripted.responses = [ScriptedResponse(200, {"results": []})]
    fs = scripted.session().fs
    fs.cp(
        File(id=7), Entry.from_msg({"type": "folder", "id": None, "name": "a", "path": f"{TEAM}/a"}), destination=TEAM
    )
    fs.rm("dataset://7", dry_run=True)
    bodies = [request.body.decode() for request in scripted.requests]
    assert re.sub(r"\s", "", bodies[0]) == f'{{"sources":["file://7","{TEAM}/a"],"destination":"{TEAM}"}}'
    assert re.sub(r"\s", "", bodies[1]) == '{"sources":["dataset://7"],"dry_run":true}'


def test_other_resources_have_no_place(scripted: Scripted) -> None:
    with pytest.raises(ValidationError, match="the path must be a string"):
        scripted.session().fs.rm(User(id=7))
    with pytest.raises(ValidationError, match="this File has no id"):
        scripted.session().fs.rm(File())


def test_refreshing_an_entry(session: OrionSession, fs: FileSystem) -> None:
    file = put(session, f"{TEAM}/hits.smi")
    (entry,) = fs.ls(TEAM)
    fs.mv(file, destination=f"{OWN}/new.smi")
    session.refresh_resource(entry)
    assert entry.path == f"{OWN}/new.smi"
