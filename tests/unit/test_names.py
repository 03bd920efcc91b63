"""Relative paths made from untrusted names: inside the folder, unique, and never below another file."""

from __future__ import annotations

import ntpath
import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from helpers.nasty_names import CORPUS, PATHS, label
from hypothesis import given
from hypothesis import strategies as st

from orionclient._transfer.names import UniqueNames, UniquePaths, prepare_path, safe_filename
from orionclient.exceptions import ValidationError

NAMES = st.one_of(
    st.sampled_from([*CORPUS, *PATHS]),
    st.text(alphabet="/./\\aAb:\0\u202eé\u0301\ud800", max_size=20),
    st.text(max_size=30),
    st.builds(str.__mul__, st.text(alphabet="/.ab", min_size=1, max_size=6), st.integers(1, 300)),
)


def stays_inside(path: str) -> bool:
    parts = path.split("/")
    return (
        all(name and safe_filename(name) == name for name in parts)
        and len(path.encode()) < 2100
        and ntpath.normpath(ntpath.join("C:\\safe", path)).startswith("C:\\safe\\")
        and PurePosixPath("/safe", path).parts[:2] == ("/", "safe")
    )


@pytest.mark.parametrize("name", [*CORPUS, *PATHS], ids=label)
def test_a_nasty_name_stays_inside_the_folder(name: str, tmp_path: Path) -> None:
    made = UniquePaths().add(name, default="shard-7")
    assert stays_inside(made)
    (tmp_path / "target").mkdir()
    path = prepare_path(tmp_path / "target", made)
    path.write_bytes(b"x")
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]
    assert path.resolve().is_relative_to(tmp_path / "target")


@given(st.lists(NAMES, max_size=25))
def test_many_names_differ_and_none_is_a_parent_of_another(names: list[str]) -> None:
    unique = UniquePaths()
    made = [unique.add(name, default="shard-7") for name in names]
    assert all(stays_inside(path) for path in made)
    # Case and Unicode normalization are ignored.
    seen = [unicodedata.normalize("NFD", path).casefold() for path in made]
    assert len(set(seen)) == len(seen)
    above = {str(parent) for path in seen for parent in PurePosixPath(path).parents}
    assert not above & set(seen)
    again = UniquePaths()
    assert [again.add(name, default="shard-7") for name in names] == made


@pytest.mark.parametrize(
    ("names", "paths"),
    [
        (["a/b", "a/c", "a"], ["a/b", "a/c", "a-2"]),
        (["a", "a/b", "a/c", "A/d"], ["a", "a-2/b", "a-2/c", "a-2/d"]),
        (["x.sdf", "x.sdf", "sub/x.sdf", "X.sdf"], ["x.sdf", "x-2.sdf", "sub/x.sdf", "X-3.sdf"]),
        (["../x", "/x", "a//b", "./a/./c", "a/"], ["_/x", "x", "a/b", "a/c", "a-2"]),
        (["", "/", "..", "."], ["shard-7", "shard-7-2", "_", "shard-7-3"]),
        (["A/x", "a/y"], ["A/x", "A/y"]),
    ],
)  # fmt: skip
def test_paths(names: list[str], paths: list[str]) -> None:
    unique = UniquePaths()
    assert [unique.add(name, default="shard-7") for name in names] == paths


def test_a_file_in_place_of_a_folder(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"x")
    with pytest.raises(FileExistsError):
        prepare_path(tmp_path, "a/b")
    (tmp_path / "b").mkdir()
    with pytest.raises(ValidationError, match="exists and is not a file"):
        prepare_path(tmp_path, "b")


def test_valid_names_are_unchanged() -> None:
    unique = UniqueNames()
    names = ["a.sdf", "a.sdf", "A.sdf", "a.sdf", "../a", "\udcff", "", ""]
    assert [unique.add(name) for name in names] == [
        "a.sdf", "a-2.sdf", "A.sdf", "a-3.sdf", "../a", "\ufffd", "", "-2",
    ]  # fmt: skip
    assert UniqueNames().add("a.sdf") == "a.sdf"
    taken = UniqueNames()
    assert [taken.add(name) for name in ("b-2", "b", "b", "b")] == ["b-2", "b", "b-3", "b-4"]
