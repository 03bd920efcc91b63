"""Transfers on limited machines: little memory, no home folder, and other locales."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import unicodedata
from pathlib import Path

import pytest
from transfers_stack import FILES, Stack, digest_of

GIB = 1 << 30
# Enough to write and read a file while no process has it in memory.
MEMORY = 256 << 20

pytestmark = pytest.mark.skipif(os.name == "nt", reason="limits and settings of POSIX")


def run(stack: Stack, code: str, *arguments: object, folder: Path, **environ: str) -> str:
    """Run a program against the server, with only the given variables, and return its output."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code, *map(str, arguments)],
        capture_output=True, check=False, timeout=800, cwd=folder,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": os.pathsep.join(sys.path), **stack.orion.environ, **environ},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()
    assert done.stderr == b""
    return done.stdout.decode("utf-8", "surrogateescape")


LITTLE_MEMORY = """
import resource, sys
limit = int(sys.argv[1])
# What a process may write to; address space alone costs nothing, and each thread reserves a lot of it.
resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))
from orionclient.session import OrionSession
from orionclient.types import File
session = OrionSession()
try:
    bytearray(limit)
except MemoryError:
    pass
else:
    raise SystemExit("the limit limits nothing")
made = File.upload(session, "large", "source")
made.download_to_file("target", workers=int(sys.argv[2]), durable=False)
print(made.id)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="other systems do not enforce the limit")
@pytest.mark.timeout(900)
def test_two_gibibytes_in_256_mebibytes(simple: Stack, tmp_path: Path) -> None:
    source, size = tmp_path / "source", 2 * GIB
    with source.open("wb") as stream:
        stream.truncate(size)
        for place in (0, GIB - 3, size - 7):
            stream.seek(place)
            stream.write(b"content")
    made = int(run(simple, LITTLE_MEMORY, MEMORY, 1, folder=tmp_path))
    message = simple.plain.get(f"{FILES}{made}/")
    assert (message["size"], message["state"]) == (size, "ready")
    assert message["sha256"] == digest_of(source) == digest_of(tmp_path / "target")


NAMES = ["\N{BENZENE RING} \N{TEST TUBE}.sdf", unicodedata.normalize("NFD", "Größe é.sdf"), "Maß.sdf", "分子.smi"]
FOREIGN = """
from orionclient.session import OrionSession
from orionclient.types import File
session = OrionSession()
session.upload_files("there")
session.download_files(list(session.list_resources(File)), "back")
"""


@pytest.mark.parametrize("language", ["C", "POSIX", "C.UTF-8"])
def test_names_make_a_round_trip_in_any_locale(simple: Stack, tmp_path: Path, language: str) -> None:
    there, back = tmp_path / "there", tmp_path / "back"
    there.mkdir()
    for index, name in enumerate(NAMES):
        (there / name).write_bytes(b"%d" % index)
    run(simple, FOREIGN, folder=tmp_path, LC_ALL=language, LANG=language, HOME=str(tmp_path))
    files = simple.plain.get(FILES)["results"]
    assert sorted(file["name"] for file in files) == sorted(NAMES)
    # On disk the name is composed (NFC), like that of every download.
    assert {path.name: path.read_bytes() for path in back.iterdir()} == {
        unicodedata.normalize("NFC", path.name): path.read_bytes() for path in there.iterdir()
    }


HOMELESS = """
import sys
from orionclient.session import OrionSession
from orionclient.types import File
made = File.upload(OrionSession(), "x", "source")
made.download_to_file("target")
print(made.id)
"""


@pytest.mark.parametrize("home", ["/sys", "/nonexistent", None])
def test_a_missing_or_read_only_home(simple: Stack, tmp_path: Path, home: str | None) -> None:
    content = os.urandom(20 << 20)
    (tmp_path / "source").write_bytes(content)
    environ = {} if home is None else {"HOME": home}
    # Without HOME the system database is used; if it has no entry either, there is no home folder.
    code = HOMELESS if home else f"import os, pwd\npwd.getpwuid = {{}}.__getitem__\n{HOMELESS}"
    made = int(run(simple, code, folder=tmp_path, **environ))
    assert simple.plain.get(f"{FILES}{made}/")["sha256"] == hashlib.sha256(content).hexdigest()
    assert (tmp_path / "target").read_bytes() == content
    assert sorted(path.name for path in tmp_path.iterdir()) == ["source", "target"]
