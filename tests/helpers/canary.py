"""Tokens that must never show, and the plugin that searches all that a test captures for them, in every form that text takes.

Searched are: what pytest captures (output, logs, errors), what `capsys` gave to the test, what `CliRunner` and processes printed, what a
terminal showed, warnings, errors that the test expected, and the files that the test left below its folder and its home. Every token
that a local Orion of this process makes is searched for until that Orion has stopped, and every token of a configuration until the
test ends. Where a token is to be seen, `meant` says so, for one of the reasons in `MEANT`.
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

from . import listening

CANARY = "canary+7f3a9c/token=QzX"
CANARIES = {CANARY}
# Every reason for which a token may be seen, and how many places in the tests name it.
MEANT: dict[str, int] = {
    "a server in a process of its own tells the test its token": 4,
    "ocli tokens create shows the token that it made": 2,
    "the file of profiles is where a token belongs": 1,
}

# Larger files are contents of transfers.
_LARGEST = 1 << 20
# Shorter tokens, and such of few letters, are words of tests.
_SHORTEST, _FEWEST = 16, 8
_MADE: dict[int, set[str]] = {}
_RETIRED: set[str] = set()
_FORMS: dict[str, list[str]] = {}
_STREAMS: dict[object, Stream] = {}
_EXEMPT: list[Exemption] = []
_REPORTED, _PASSED = pytest.StashKey[bool](), pytest.StashKey[bool]()


@dataclass
class Exemption:
    """A part of a test in which a token is to be seen."""

    reason: str
    files: tuple[Path, ...] = ()
    needed: bool = False
    open: bool = True


@dataclass
class Stream:
    """What was heard of one output during a test."""

    where: str
    exempt: Exemption | None
    parts: list[bytes | str] = field(default_factory=list)
    searched: int = 0


@contextmanager
def meant(reason: str, *files: Path) -> Iterator[None]:
    """Let a token be seen in what is captured inside, or in these files for the rest of the test; fails where none is.

    Args:
        reason: One of the reasons in `MEANT`, which counts the places that give it.
        files: Files that hold a token on purpose.
    """
    if reason not in MEANT:
        raise LookupError(f"{reason!r} is not in helpers.canary.MEANT")
    exemption = Exemption(reason, files)
    _EXEMPT.append(exemption)
    try:
        yield
    finally:
        exemption.open = False


def hear(where: str, data: bytes | str, key: object = None) -> None:
    """Note something that was captured; parts of one output have one key."""
    if data:
        exempt = next((each for each in reversed(_EXEMPT) if each.open and not each.files), None)
        _STREAMS.setdefault((key or object(), exempt and id(exempt)), Stream(where, exempt)).parts.append(data)


def leaks(text: str | bytes) -> bool:
    """Tell whether one of the tokens stands in a text, plain, URL-quoted, in JSON, over several lines or in base64."""
    text = text.decode("latin-1") if isinstance(text, bytes) else text
    forms = [form for canary in CANARIES for form in _forms(canary)]
    return any(form in view for view in _views(text) for form in forms)


def _views(text: str) -> Iterator[str]:
    yield text
    if "%" in text:
        yield unquote(text, "latin-1")
    if "\\" in text:
        yield text.replace("\\/", "/")
    if "\n" in text:
        yield text.replace("\r", "").replace("\n", "")


def _forms(canary: str) -> list[str]:
    if canary not in _FORMS:
        forms = {canary}
        for shift in range(3):
            # Only the middle of the base64 text is the same wherever the token stands in what was encoded.
            whole = b"x" * shift + canary.encode()
            for encode in (base64.b64encode, base64.urlsafe_b64encode):
                forms.add(encode(whole).decode()[4:-4])
        _FORMS[canary] = sorted(forms)
    return _FORMS[canary]


def learn(token: str, maker: object = None) -> None:
    """Search for a token until its maker is retired; without one until the test ends."""
    if len(token) < _SHORTEST or len(set(token)) < _FEWEST or (maker is None and token in CANARIES):
        return
    CANARIES.add(token)
    if maker is None:
        _RETIRED.add(token)
    else:
        _MADE.setdefault(id(maker), set()).add(token)
        _RETIRED.discard(token)


def _retire(maker: object) -> None:
    """Search no more for the tokens of a local Orion once the test is over, for nobody takes them any more."""
    _RETIRED.update(_MADE.pop(id(maker), ()))


listening.listen(hear, learn, _retire)


def _heard() -> Iterator[str]:
    """Where tokens stand in what was heard since the last search."""
    for stream in list(_STREAMS.values()):
        parts = list(stream.parts)
        if len(parts) == stream.searched:
            continue
        stream.searched = len(parts)
        if leaks("".join(part.decode("latin-1") if isinstance(part, bytes) else part for part in parts)):
            if stream.exempt is None:
                yield stream.where
            else:
                stream.exempt.needed = True


def _left(item: pytest.Item) -> Iterator[str]:
    """Which files that the test left hold a token."""
    exempt = {str(file.absolute()): each for each in _EXEMPT for file in each.files}
    for name in ("tmp_path", "own_home"):
        top = getattr(item, "funcargs", {}).get(name)
        for path in _files(top) if top else ():
            if not leaks(Path(path).read_bytes()):
                continue
            if path in exempt:
                exempt[path].needed = True
            else:
                yield f"the file {os.path.relpath(path, top)}"


def _files(top: Path) -> Iterator[str]:
    for folder, folders, names in os.walk(top):
        # Of a local Orion, contents are the users' own, and a test of its own sees to the database.
        ours = "orion.sqlite" in names
        folders[:] = [each for each in folders if not ours or each != "blobs"]
        for name in names:
            # The profiles hold tokens: that is what they are for.
            if (os.path.basename(folder), name) == (".orion", "config") or (ours and name.startswith("orion.sqlite")):
                continue
            path = os.path.join(folder, name)
            status = os.lstat(path)
            if stat.S_ISREG(status.st_mode) and status.st_size <= _LARGEST and os.access(path, os.R_OK):
                yield path


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Fail a test that shows a token, and one that says it would and does not."""
    report = yield
    wrong = []
    item.stash[_PASSED] = item.stash.get(_PASSED, True) and report.passed
    found = list(_heard())
    if leaks("\n".join(content for _, content in report.sections)):
        # The sections come again with the next part of the test.
        report.sections = []
        found += [] if item.stash.get(_REPORTED, False) else ["its output or its log"]
        item.stash[_REPORTED] = True
    shown = leaks(str(report.longrepr or ""))
    if report.when == "teardown":
        found += _left(item)
        wrong += [
            f"no token is seen, against meant({each.reason!r})"
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
    wrong += [f"a token stands in {', '.join(dict.fromkeys(found))} (not shown)"] if found else []
    if wrong:
        message = [] if shown or report.passed else [str(report.longrepr)]
        report.longrepr = "\n".join([*message, f"{item.nodeid}: {'; '.join(wrong)}"])
        report.outcome = "failed"
    return report
