"""The search for leaked tokens: canary tokens, and a pytest plugin that fails every test whose output contains one.

It searches what pytest captures (output, logs, errors), what `capsys` returns, what `CliRunner`, processes and terminals print, warnings,
expected errors, and the files that the test leaves in its folder and its home directory. A token that a local Orion of this process creates
is searched for until that Orion stops, and a token of a configuration until the test ends. A test in which a token is expected uses
`allow_token` with one of the reasons in `ALLOWED`.
"""

from __future__ import annotations

import base64
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote

import pytest

from . import output_hooks

CANARY = "canary+7f3a9c/token=QzX"
CANARIES = {CANARY}
# Every reason to allow a token, and how many places in the tests use it.
ALLOWED: dict[str, int] = {
    "a separate server process passes its token to the test": 4,
    "ocli tokens create prints the new token": 3,
    "the profile file stores tokens": 1,
}

# Larger files are contents of transfers, which are not searched.
_LARGEST = 1 << 20
# Shorter tokens, and tokens of few distinct characters, may be ordinary words.
_SHORTEST, _FEWEST = 16, 8
_MADE: dict[int, set[str]] = {}
_RETIRED: set[str] = set()
_FORMS: dict[str, list[str]] = {}
_STREAMS: dict[object, Stream] = {}
_EXEMPT: list[Exemption] = []
_REPORTED, _PASSED = pytest.StashKey[bool](), pytest.StashKey[bool]()


@dataclass
class Exemption:
    """A block of a test in which a token is expected."""

    reason: str
    files: tuple[Path, ...] = ()
    needed: bool = False
    open: bool = True


@dataclass
class Stream:
    """The recorded data of one output during a test."""

    where: str
    exempt: Exemption | None
    chunks: list[bytes | str] = field(default_factory=list)
    searched: int = 0


@contextmanager
def allow_token(reason: str, *files: Path) -> Iterator[None]:
    """Allow a token in the output of the block, or in files for the rest of the test; the test fails if there is none.

    Args:
        reason: One of the reasons in `ALLOWED`, which counts the places that use it.
        files: Files that contain a token on purpose.
    """
    if reason not in ALLOWED:
        raise LookupError(f"{reason!r} is not in helpers.canary.ALLOWED")
    exemption = Exemption(reason, files)
    _EXEMPT.append(exemption)
    try:
        yield
    finally:
        exemption.open = False


def record_output(where: str, data: bytes | str, key: object = None) -> None:
    """Record captured data; chunks of one output have the same key."""
    if data:
        exempt = next((each for each in reversed(_EXEMPT) if each.open and not each.files), None)
        _STREAMS.setdefault((key or object(), exempt and id(exempt)), Stream(where, exempt)).chunks.append(data)


def contains_token(data: str | bytes) -> bool:
    """Check whether data contains one of the tokens: plain, URL-quoted, in JSON, over several lines or in base64."""
    data = data.decode("latin-1") if isinstance(data, bytes) else data
    forms = [form for canary in CANARIES for form in _encode_forms(canary)]
    return any(form in view for view in _decode_views(data) for form in forms)


def _decode_views(data: str) -> Iterator[str]:
    yield data
    if "%" in data:
        yield unquote(data, "latin-1")
    if "\\" in data:
        yield data.replace("\\/", "/")
    if "\n" in data:
        yield data.replace("\r", "").replace("\n", "")


def _encode_forms(canary: str) -> list[str]:
    if canary not in _FORMS:
        forms = {canary}
        for shift in range(3):
            # Only the middle of the base64 string is independent of the token's position in the encoded data.
            whole = b"x" * shift + canary.encode()
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                forms.add(encode(whole).decode()[4:-4])
        _FORMS[canary] = sorted(forms)
    return _FORMS[canary]


def register_token(token: str, maker: object = None) -> None:
    """Search for a token until its maker is retired, or without a maker until the test ends."""
    if len(token) < _SHORTEST or len(set(token)) < _FEWEST or (maker is None and token in CANARIES):
        return
    CANARIES.add(token)
    if maker is None:
        _RETIRED.add(token)
    else:
        _MADE.setdefault(id(maker), set()).add(token)
        _RETIRED.discard(token)


def _retire(maker: object) -> None:
    """End the search for the tokens of a stopped local Orion with the test, because they are no longer valid."""
    _RETIRED.update(_MADE.pop(id(maker), ()))


output_hooks.install(record_output, register_token, _retire)


def _search_streams() -> Iterator[str]:
    """Yield the outputs in which a token was recorded since the last search."""
    for stream in list(_STREAMS.values()):
        chunks = list(stream.chunks)
        if len(chunks) == stream.searched:
            continue
        stream.searched = len(chunks)
        if contains_token("".join(each.decode("latin-1") if isinstance(each, bytes) else each for each in chunks)):
            if stream.exempt is None:
                yield stream.where
            else:
                stream.exempt.needed = True


def _search_files(item: pytest.Item) -> Iterator[str]:
    """Yield the files with a token that the test left behind."""
    exempt = {str(file.absolute()): each for each in _EXEMPT for file in each.files}
    for name in ("tmp_path", "own_home"):
        top = getattr(item, "funcargs", {}).get(name)
        for path in _list_files(top) if top else ():
            if not contains_token(Path(path).read_bytes()):
                continue
            if path in exempt:
                exempt[path].needed = True
            else:
                yield f"the file {os.path.relpath(path, top)}"


def _list_files(top: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(top):
        # In the folder of a local Orion, contents belong to users, and the database has its own test.
        ours = "orion.sqlite" in names
        folders[:] = [each for each in folders if not ours or each != "blobs"]
        for name in names:
            # The profile file stores tokens.
            if (os.path.basename(folder), name) == (".orion", "config") or (ours and name.startswith("orion.sqlite")):
                continue
            path = os.path.join(folder, name)
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST and os.access(path, os.R_OK):
                yield path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Fail a test that leaks a token, and one that allows a token and shows none."""
    report = yield
    wrong = []
    item.stash[_PASSED] = item.stash.get(_PASSED, True) and report.passed
    found = list(_search_streams())
    if contains_token("\n".join(content for _, content in report.sections)):
        # The sections are repeated in the report of the next phase of the test.
        report.sections = []
        found += [] if item.stash.get(_REPORTED, False) else ["its output or its log"]
        item.stash[_REPORTED] = True
    shown = contains_token(str(report.longrepr or ""))
    if report.when == "teardown":
        found += _search_files(item)
        wrong += [
            f"no token is shown, although allowed by allow_token({each.reason!r})"
            for each in _EXEMPT
            if not each.needed and item.stash[_PASSED]
        ]
        _STREAMS.clear()
        _EXEMPT.clear()
        CANARIES.difference_update(_RETIRED)
        for token in _RETIRED:
            _FORMS.pop(token, None)
        _RETIRED.clear()
    found += ["its error"] if shown else []
    wrong += [f"a token is in {', '.join(dict.fromkeys(found))} (redacted)"] if found else []
    if wrong:
        message = [] if shown or report.passed else [str(report.longrepr)]
        report.longrepr = "\n".join([*message, f"{item.nodeid}: {'; '.join(wrong)}"])
        report.outcome = "failed"
    return report
