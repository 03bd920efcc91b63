"""Interactive work in a real terminal, and the content of the screen."""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pexpect
import pyte
import pytest
from cli.conftest import environment
from helpers.canary import CANARIES

from orionclient.examples import drugs
from orionclient.local import LocalOrion
from orionclient.types import Shard, ShardCollection, WorkFloeJob, WorkFloeSpec

pytestmark = pytest.mark.usefixtures("real_time")
ROWS, COLUMNS = 30, 100
LARGE = 16 << 20


class Terminal:
    """A shell in a terminal, and its screen."""

    def __init__(self, folder: Path, env: dict[str, str]) -> None:
        self._screen = pyte.Screen(COLUMNS, ROWS)
        self._stream = pyte.ByteStream(self._screen)
        self._shell = pexpect.spawn(
            "/bin/sh", ["-i"], cwd=str(folder), env=env, dimensions=(ROWS, COLUMNS), timeout=120
        )
        self.raw = b""
        self.wait_for(r"^\$\s*$")

    def _read(self) -> None:
        try:
            data = self._shell.read_nonblocking(65536, timeout=0.05)
        except pexpect.TIMEOUT:
            return
        self.raw += data
        self._stream.feed(data)

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    @property
    def text(self) -> str:
        return "\n".join(self.lines).rstrip()

    def wait_for(self, pattern: str, seconds: float = 30) -> str:
        """Wait until a pattern is on the screen."""
        end = time.monotonic() + seconds
        while not (found := re.search(pattern, self.text, re.MULTILINE)):
            assert time.monotonic() < end, f"{pattern!r} does not appear:\n{self.text}"
            self._read()
        return found.group()

    def type(self, line: str) -> None:
        self._shell.sendline(line)

    def run(self, line: str) -> str:
        """Type a command on a cleared screen, wait for the prompt, and return the output between."""
        self.clear()
        self.type(line)
        self.wait_for(r"^\$ " + re.escape(line))
        self.wait_for(r"^\$\s*\Z")
        return "\n".join(self.text.splitlines()[1:-1])

    def clear(self) -> None:
        self._screen.reset()
        self._stream.feed(b"$ ")

    def interrupt(self) -> None:
        self._shell.sendintr()

    def resize(self, rows: int, columns: int) -> None:
        self._screen.resize(rows, columns)
        self._shell.setwinsize(rows, columns)

    def close(self) -> None:
        self._shell.close(force=True)


@pytest.fixture
def orion(tmp_path: Path) -> Iterator[LocalOrion]:
    with LocalOrion(tmp_path / "orion", seed="demo") as running:
        CANARIES.add(running.token)
        yield running


@pytest.fixture
def terminal(tmp_path: Path, own_home: Path) -> Iterator[Terminal]:
    folder = tmp_path / "work"
    (folder / "bin").mkdir(parents=True)
    program = folder / "bin" / "ocli"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -W error -m orionclient.cli "$@"\n')
    program.chmod(0o755)
    (folder / "drugs.sdf").write_bytes(drugs("sdf").read_bytes())
    env = environment(own_home, TERM="xterm-256color", PS1="$ ", ENV="")
    # The terminal itself has the width.
    for name in ("NO_COLOR", "COLUMNS", "LINES"):
        env.pop(name, None)
    env["PATH"] = f"{program.parent}:{env['PATH']}"
    shell = Terminal(folder, env)
    yield shell
    shell.close()


def until(good: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not good():
        assert time.monotonic() < end
        time.sleep(0.01)


def test_interactive_work(orion: LocalOrion, terminal: Terminal, tmp_path: Path) -> None:
    session = orion.session()
    collection = ShardCollection.create(session, "frames")
    Shard.create(collection, "large.bin", file=b"x" * LARGE)
    Shard.create(collection, "small.bin", file=b"small")
    collection.close()
    collection.wait(timeout=60)

    # configure: the token does not show
    terminal.clear()
    terminal.type("ocli config profile")
    terminal.wait_for(r"Orion Url, ex: https://orion\.eyesopen\.us:")
    terminal.type(orion.url)
    terminal.wait_for(r"Orion Username:")
    terminal.type("ada")
    terminal.wait_for(r"Orion token:")
    terminal.type(orion.token)
    terminal.wait_for(r"Saved profile 'default' in")
    terminal.wait_for(r"^\$\s*\Z")
    assert orion.token.encode() not in terminal.raw

    # upload and list, with colour
    assert terminal.run("ocli files upload drugs.sdf") == "Uploaded file with id 1"
    listed = terminal.run("ocli files list").splitlines()
    assert listed[0].split() == ["id", "name", "state", "owner", "created", "size", "project"]
    assert re.fullmatch(r" +1  drugs\.sdf  ready    ada +(now|\d+s ago) +\d+ +1", listed[2])
    assert b"\x1b[32mready\x1b[0m" in terminal.raw

    # a question before something is lost
    terminal.clear()
    terminal.type("ocli files delete 1")
    terminal.wait_for(r"Delete file 1 'drugs\.sdf'\? \[y/N\]:")
    terminal.type("n")
    terminal.wait_for(r"^Aborted$")
    terminal.wait_for(r"^\$\s*\Z")

    # a job and its log
    assert terminal.run('ocli jobs start slow "a job" --seconds=0.6 --steps=3') == "Started job with id 1"
    assert terminal.run("ocli jobs logs 1 --follow").splitlines() == [f"step {step} of 3" for step in (1, 2, 3)]
    assert terminal.run("ocli jobs wait 1") == "Job 1 'a job' is complete"

    # a collection: a bar, an interrupt without noise, and the rest
    orion.faults.script("download_shard", [{"step": "drip", "seconds": 0.05, "size": 262144}])
    terminal.clear()
    terminal.type("ocli collections download 1 here --jobs 1")
    terminal.wait_for(r"large\.bin +\S+ .*MB.*/s")
    part_file = tmp_path / "work" / "here" / ".large.bin.part"
    until(lambda: part_file.exists() and part_file.stat().st_size >= 3 << 20)
    terminal.interrupt()
    terminal.wait_for(r"^\$\s*\Z")
    assert "Error" not in terminal.text
    assert "Traceback" not in terminal.text
    # Read before another command changes it.
    terminal.type("echo code $?")
    terminal.wait_for(r"^code 130$")
    assert not (tmp_path / "work" / "here" / "large.bin").exists()
    started = part_file.stat().st_ino
    orion.faults.clear()
    assert (
        terminal.run("ocli collections download 1 here --jobs 1").splitlines()[-1]
        == "Downloaded collection 1 'frames': 2 shards to here"
    )
    assert (tmp_path / "work" / "here" / "large.bin").read_bytes() == b"x" * LARGE
    # The run resumed the same part file.
    assert (tmp_path / "work" / "here" / "large.bin").stat().st_ino == started
    assert not part_file.exists()
    assert b"Traceback" not in terminal.raw


def test_jobs_are_watched_on_one_screen(terminal: Terminal, own_home: Path, tmp_path: Path) -> None:
    from orionclient.config import save_profile

    with LocalOrion(tmp_path / "one", seed="demo", jobs=1) as orion:
        CANARIES.add(orion.token)
        save_profile(orion.config(), "default", own_home / ".orion" / "config")
        session = orion.session()
        slow = session.list_resources(WorkFloeSpec, {"name": "slow"}).one()
        jobs = [slow.start(f"job {each}", seconds=600, steps=6000) for each in "abc"]

        terminal.clear()
        terminal.type("ocli jobs watch")
        terminal.wait_for(r"^Jobs: 1 running, 2 queued\. Ctrl-C ends the watch, not the jobs\.$")
        terminal.wait_for(r"^ *1  job a +running +\[-{20}\] +0% +\d:\d\d:\d\d +0\.\d{4} USD$")
        # Times advance on the same line, and a name that changed is drawn in place.
        terminal.wait_for(r"^ *1  job a +running +\[-{20}\] +0% +(?!0:00:0[01])\d:\d\d:\d\d")
        session.update_resource(jobs[1], {"name": "x" * 200})
        terminal.wait_for(r"^ *2  x+… +queued$")
        assert [line.split()[0] for line in terminal.lines if line] == ["Jobs:", "id", "--", "1", "2", "3"]

        # A smaller terminal: the lines are cut, and the jobs that do not fit are counted.
        terminal.resize(6, 50)
        terminal.wait_for(r"^Jobs: 1 running, 2 queued\. Ctrl-C ends the watch,$")
        terminal.wait_for(r"^ *1  job a +running +0% +\d:\d\d:\d\d +0\.\d{4}")
        terminal.wait_for(r"^\.\.\. and 2 more$")
        assert not re.search(r"^ *2  x", terminal.text, re.MULTILINE)
        terminal.resize(ROWS, COLUMNS)
        terminal.wait_for(r"^ *2  x+… +queued$")

        terminal.interrupt()
        terminal.wait_for(r"^Interrupted: the jobs continue; watch them with: ocli jobs watch 1 2 3$")
        terminal.wait_for(r"^\$\s*\Z")
        terminal.type("echo code $?")
        terminal.wait_for(r"^code 130$")
        enter, leave = b"\x1b[?1049h\x1b[?25l", b"\x1b[?25h\x1b[?1049l"
        assert (terminal.raw.count(enter), terminal.raw.count(leave)) == (1, 1)
        frames = terminal.raw.partition(enter)[2].partition(leave)[0]
        # Each frame replaces the previous one line by line: the screen is never erased as a whole.
        assert frames.count(b"\x1b[H") > 3
        assert b"\x1b[2J" not in frames
        assert [session.get_resource(WorkFloeJob, job.id).state for job in jobs] == ["running", "queued", "queued"]

        # It ends with the jobs, and their last states remain on the normal screen.
        terminal.clear()
        terminal.type("ocli jobs watch 1 2 3; echo code $?")
        terminal.wait_for(r"^Jobs: 1 running, 2 queued\.")
        for job in reversed(jobs):
            job.cancel()
        terminal.wait_for(r"^Error: 3 of 3 jobs did not succeed")
        terminal.wait_for(r"^code 1$")
        after = terminal.raw.rpartition(leave)[2].decode()
        assert re.search(r"^ *1  job a +(\x1b\[33m)?cancelled", after, re.MULTILINE)
        assert "job 3: WorkFloeJob 3 ('job c') cancelled: cancelled by ada" in " ".join(after.split())


def test_a_wide_table_is_truncated_to_the_screen(orion: LocalOrion, terminal: Terminal, own_home: Path) -> None:
    from orionclient.config import save_profile
    from orionclient.types import File

    save_profile(orion.config(), "default", own_home / ".orion" / "config")
    File.upload(orion.session(), "long name " * 20, b"CNS")
    File.upload(orion.session(), "moves \x1b[2J\x1b[10;10H", b"CNS")
    lines = terminal.run("ocli files list").splitlines()
    assert len(lines) == 4
    assert "…" in lines[2]
    assert "moves \\x1b[2J" in lines[3]
