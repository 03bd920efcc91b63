"""File names from untrusted strings: each becomes one safe file in a folder, on every system."""

from __future__ import annotations

import ntpath
import unicodedata
from pathlib import Path

import pytest
from helpers.nasty_names import CORPUS
from hypothesis import given
from hypothesis import strategies as st

from orionclient.helpers.filenames import UniqueFilenames, safe_filename
from orionclient.local import LocalOrion
from orionclient.types import File

NAMES = st.one_of(
    st.text(max_size=40),
    st.text(alphabet="./\\ -_:aCONul\0\u202eé\u0301\ud800😀", max_size=30),
    st.builds(str.__mul__, st.text(min_size=1, max_size=6), st.integers(1, 200)),
    st.sampled_from(sorted(CORPUS)),
)


def is_safe(name: str) -> bool:
    """Check what every system requires of a name, independently of the code under test."""
    reserved = {"CON", "PRN", "AUX", "NUL", *(f"{port}{digit}" for port in ("COM", "LPT") for digit in "0123456789¹²³")}
    categories = {unicodedata.category(character) for character in name}
    return (
        0 < len(name.encode()) <= 255
        and not set('/\\:*?"<>|') & set(name)
        and not categories & {"Cc", "Cf", "Cs", "Cn", "Zl", "Zp"}
        and name == name.strip().strip(".").strip()
        and not name.startswith("-")
        and unicodedata.is_normalized("NFC", name)
        and name.split(".", maxsplit=1)[0].strip().upper() not in reserved
        and ntpath.splitdrive(name)[0] == ""
    )


def test_the_corpus_is_large() -> None:
    assert len(CORPUS) >= 40
    assert sum(not is_safe(name) for name in CORPUS if not any("\ud800" <= each <= "\udfff" for each in name)) >= 40


@pytest.mark.parametrize("name", CORPUS, ids=lambda name: ascii(name)[:40])
def test_a_nasty_name_is_made_safe(name: str, tmp_path: Path) -> None:
    made = safe_filename(name)
    assert made == CORPUS[name]
    assert is_safe(made)
    # The system creates and lists a file of this name, in this folder.
    (tmp_path / made).write_bytes(b"x")
    assert [path.name for path in tmp_path.iterdir()] == [made]


@given(NAMES)
def test_every_name_becomes_one_safe_component(name: str) -> None:
    made = safe_filename(name)
    assert is_safe(made)
    assert safe_filename(made) == made
    folder = Path("/somewhere/safe")
    assert (folder / made).resolve().parent == folder.resolve()
    assert ntpath.split(ntpath.normpath(ntpath.join("C:\\safe", made))) == ("C:\\safe", made)


@given(st.lists(NAMES, max_size=20), st.lists(NAMES, max_size=3))
def test_unique_names_differ_under_every_normalization(names: list[str], taken: list[str]) -> None:
    before = [safe_filename(name) for name in taken]
    unique = UniqueFilenames(before)
    made = [unique.add(name) for name in names]
    assert all(is_safe(name) for name in made)
    for fold in (str.lower, str.upper, str.casefold):
        seen = [fold(unicodedata.normalize("NFD", name)) for name in made]
        assert len(set(seen)) == len(seen)
        assert not set(seen) & {fold(unicodedata.normalize("NFD", name)) for name in before}


def test_the_default_is_made_safe_too() -> None:
    assert safe_filename("..", default="page/7") == "page_7"
    assert safe_filename("..", default="...") == "unnamed"
    assert UniqueFilenames().add("", default="page-7.html") == "page-7.html"


def test_counters_precede_the_extension_and_fit() -> None:
    names = UniqueFilenames()
    assert [names.add(name) for name in ("a.html", "A.HTML", "a-2.html", "a.html")] == [
        "a.html", "A-2.HTML", "a-2-2.html", "a-3.html",
    ]  # fmt: skip
    assert [names.add("x.tar.gz"), names.add("X.tar.gz")] == ["x.tar.gz", "X-2.tar.gz"]
    assert [names.add("straße"), names.add("STRASSE"), names.add("e\u0301"), names.add("É")] == [
        "straße", "STRASSE-2", "é", "É-2",
    ]  # fmt: skip
    long = ["y" * 300 + ".sdf"] * 12
    assert [len(names.add(name)) for name in long] == [255] * 12


def test_many_equal_names_take_linear_time() -> None:
    names = UniqueFilenames()
    made = [names.add("page.html") for _ in range(3000)]
    assert made[-1] == "page-3000.html"
    assert len(set(made)) == 3000


def test_a_file_is_downloaded_under_the_longest_name(orion: LocalOrion, tmp_path: Path) -> None:
    session = orion.session()
    file = File.upload(session, "é" * 200 + ".sdf", b"content")
    target = tmp_path / safe_filename(file.name)
    file.download_to_file(target)
    assert len(target.name.encode()) == 254
    assert target.read_bytes() == b"content"
