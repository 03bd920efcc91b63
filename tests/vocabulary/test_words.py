"""The vocabulary of the project: retired words are not used, and counts of doubtful words do not grow."""

from __future__ import annotations

import fnmatch
import re
import tomllib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
WORDS = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
FOLDERS = ("orionclient", "generator", "openapi", "tests", "docs", ".ci")
SUFFIXES = {".py", ".md", ".yaml", ".toml", ".jinja", ".txt", ""}


def list_files() -> list[Path]:
    """List the files that people read: code, tests, contract, templates, documentation, nox and CI files."""
    found = [path for folder in FOLDERS for path in (ROOT / folder).rglob("*")]
    found += [path for path in ROOT.iterdir() if path.suffix in {".py", ".md", ".toml"}]
    return sorted(
        path for path in found if path.is_file() and path.suffix in SUFFIXES and "__pycache__" not in path.parts
    )


def compile_words(words: Iterable[str]) -> re.Pattern[str]:
    """Make the pattern of words and expressions: in prose, in snake_case, in CamelCase and in upper case."""
    spaced = sorted((re.escape(word).replace(r"\ ", r"(?:[\s_#]+)") for word in words), key=len, reverse=True)
    lower = "|".join(spaced)
    title = "|".join(word[0].upper() + word[1:] for word in spaced)
    upper = "|".join(word.upper() for word in spaced if word.isalpha())
    return re.compile(
        rf"(?<![A-Za-z])(?:{lower})(?![a-z])|(?:(?<![A-Za-z])|(?<=[a-z0-9]))(?:{title})(?![a-z])|(?<![A-Za-z])(?:{upper})(?![A-Za-z])"
    )


PATTERNS = {group: compile_words(WORDS[group]) for group in ("retired", "doubtful")}


def is_allowed(name: str, word: str, line: str) -> bool:
    """Check whether a word is allowed in a file, or in a line of it."""
    return any(
        fnmatch.fnmatch(name, entry["files"])
        and (entry["words"] == "*" or word in entry["words"].split(", "))
        and re.search(entry.get("line", ""), line)
        for entry in WORDS["allowed"]
    )


def find(name: str, text: str, group: str) -> list[tuple[str, int, str]]:
    """Find the words of a group in a file, apart from allowed ones: word, line number, line."""
    found = []
    lines = text.split("\n")
    for match in PATTERNS[group].finditer(text):
        word = re.sub(r"[\s_#]+", " ", match[0]).lower()
        number = text.count("\n", 0, match.start())
        if not is_allowed(name, word, lines[number]):
            found.append((word, number + 1, lines[number].strip()))
    return found


def find_everywhere(group: str) -> list[tuple[str, str, int, str]]:
    """Find the words of a group in all files."""
    return [
        (path.relative_to(ROOT).as_posix(), *each)
        for path in list_files()
        for each in find(path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8"), group)
    ]


def test_retired_words_are_not_used() -> None:
    found = find_everywhere("retired")
    rows = [f"{name}:{line}: {word!r} (use: {WORDS['retired'][word]}): {text:.100}" for name, word, line, text in found]
    assert not rows, "\n".join([f"{len(rows)} retired words", *rows])


def test_counts_of_doubtful_words_do_not_grow() -> None:
    counts = Counter(word for _, word, _, _ in find_everywhere("doubtful"))
    more = {word: f"{counts[word]}, allowed {most}" for word, most in WORDS["doubtful"].items() if counts[word] > most}
    assert not more


@pytest.mark.parametrize(
    ("word", "text"),
    [
        ("answer", "The answer of the server has no body."),
        ("answer", "class RawAnswer: ..."),
        ("answers", "def count_answers() -> int: ..."),
        ("gone on with", "An upload that broke is gone\n    # on with by the next run."),
        ("refuse", "raise ValueError('we refuse this')"),
        ("refused", "_REFUSED = 1"),
        ("pieces", "for chunk in pieces:"),
    ],
)
def test_a_planted_word_is_found(word: str, text: str) -> None:
    assert word in {found for found, _, _ in find("orionclient/planted.py", text, "retired")}


@pytest.mark.parametrize("text", ["The response is rejected.", "answering_machine = 1", "a mushroom", "talent"])
def test_other_words_are_not_found(text: str) -> None:
    assert not {word for word, _, _ in find("orionclient/planted.py", text, "retired")} - {"answering"}


def test_every_allowed_word_has_a_reason_and_is_needed() -> None:
    texts = {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in list_files()}
    unused = []
    for entry in WORDS["allowed"]:
        assert entry["reason"]
        words = {*WORDS["retired"]} if entry["words"] == "*" else {*entry["words"].split(", ")}
        lines = (
            line for name, text in texts.items() if fnmatch.fnmatch(name, entry["files"]) for line in text.split("\n")
        )
        if not any(
            match[0].lower().replace("_", " ") in words and re.search(entry.get("line", ""), line)
            for line in lines
            for pattern in PATTERNS.values()
            for match in pattern.finditer(line)
        ):
            unused.append(entry["files"])
    assert not unused


if __name__ == "__main__":
    import sys

    chosen = tuple(sys.argv[1:]) or ("",)
    for name, line, word, text in sorted(
        (name, line, word, text)
        for group in ("retired", "doubtful")
        for name, word, line, text in find_everywhere(group)
    ):
        if name.startswith(chosen):
            print(f"{name}:{line}: {word}: {text:.120}")
