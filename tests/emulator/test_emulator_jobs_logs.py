"""Logs of jobs have a maximum size: their end is available, and offsets stay valid."""

from __future__ import annotations

import contextlib
import errno
import io
import logging
import os
import random
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest
from emulator_floes import FLOES, JOBS, log, outcome, reach, start, until

from orionclient.emulator import Server
from orionclient.emulator._http.call import Limits
from orionclient.emulator._jobs import jobs as engine
from orionclient.emulator._jobs.logs import LogReader, LogWriter
from orionclient.session import OrionSession, SessionConfig
from orionclient.types import WorkFloeJob

LIMIT = 20_000
NOTICE = "[{} bytes of output are omitted, because the log has a maximum size]\n"
# Prints numbered lines until a file exists, to which it then writes their count.
ENDLESS = """
gate, count = Path({!r}), 0
while not gate.exists():
    print(count)
    count += 1
print("last")
gate.write_bytes(str(count).encode())
"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with Server(tmp_path_factory.mktemp("stack"), seed="demo", floes=FLOES, limits=Limits(log=LIMIT)) as running:
        yield running


def get_size(server: Server, job: dict[str, int]) -> int:
    size = 0
    for path in (server.folder / "jobs" / str(job["id"])).glob("log*"):
        # The job deletes its oldest file while it writes.
        with contextlib.suppress(FileNotFoundError):
            size += path.stat().st_size
    return size


def split(shown: str) -> tuple[int, str]:
    """Return how many bytes the first line reports as omitted, and the rest."""
    first, rest = shown.split("\n", 1)
    omitted = int(first.strip("[").split()[0])
    assert first + "\n" == NOTICE.format(omitted)
    return omitted, rest


def test_the_end_of_a_long_log_is_available(server: Server, ada: httpx.Client) -> None:
    job = reach(ada, start(ada, "for n in range(20000): print(n)"))
    output = "".join(f"{n}\n" for n in range(20000))
    response = ada.get(f"{JOBS}{job['id']}/logs/")
    omitted, rest = split(response.content.decode())
    assert rest == output[omitted:]
    assert output[omitted - 1] == "\n"
    assert LIMIT * 0.7 < len(rest) == get_size(server, job) <= LIMIT
    assert response.headers["X-Orion-Log-Offset"] == str(len(output))
    # From any offset on, the omitted bytes and those that follow add up to the whole.
    for offset in (1, omitted - 1, omitted, omitted + 1, len(output) - 1, len(output), len(output) + 1):
        shown = log(ada, job, offset=offset)
        if offset < omitted:
            assert shown[0] == "\n"
            assert split(shown[1:]) == (omitted - offset, rest)
        else:
            assert shown == output[offset:]


def test_a_short_log_is_complete(server: Server, ada: httpx.Client) -> None:
    job = reach(ada, start(ada, f"sys.stdout.write('x' * {LIMIT // 4})"))
    assert log(ada, job) == "x" * (LIMIT // 4)
    assert get_size(server, job) == LIMIT // 4


def test_a_line_without_end_is_limited(server: Server, ada: httpx.Client) -> None:
    job = reach(ada, start(ada, f"sys.stdout.write('x' * {LIMIT * 10} + 'y')"))
    omitted, rest = split(log(ada, job))
    assert rest == "x" * (LIMIT * 10 - omitted) + "y"
    assert get_size(server, job) <= LIMIT


def test_a_job_that_prints_without_end_is_limited_while_it_runs(
    server: Server, ada: httpx.Client, tmp_path: Path
) -> None:
    gate = tmp_path / "gate"
    job = start(ada, ENDLESS.format(str(gate)))
    until(lambda: log(ada, job), lambda shown: shown.startswith("["))
    for _ in range(20):
        _, rest = split(log(ada, job))
        numbers = [int(line) for line in rest.splitlines()[:-1]]
        assert numbers == list(range(numbers[0], numbers[-1] + 1))
        # Between the creation of a file and the deletion of the oldest one, there is one more.
        assert get_size(server, job) <= LIMIT * 1.25
    gate.touch()
    reach(ada, job)
    assert log(ada, job).endswith("\nlast\n")
    assert get_size(server, job) <= LIMIT


def test_a_log_is_followed_while_its_start_is_omitted(server: Server, ada: httpx.Client, tmp_path: Path) -> None:
    """Every byte of the output is received, or counted in a line about omitted output."""
    gate = tmp_path / "gate"
    job = start(ada, ENDLESS.format(str(gate)))
    session = OrionSession(SessionConfig(server.url, server.issue_token("ada"), project=1))
    seen: list[str] = []
    for line in WorkFloeJob(session=session, id=job["id"]).logs(follow=True):
        seen.append(line)
        if line.startswith("[") and sum(each.startswith("[") for each in seen) == 3:
            gate.touch()
    output = "".join(f"{n}\n" for n in range(int(gate.read_bytes()))) + "last\n"
    position = 0
    for line, following in zip(seen, [*seen[1:], ""], strict=True):
        if line.startswith("["):
            position += int(line[1:].split()[0])
            assert line + "\n" == NOTICE.format(line[1:].split()[0])
        else:
            # A line before omitted output may be incomplete.
            received = line if following.startswith("[") else line + "\n"
            assert output[position : position + len(received)] == received
            position += len(received)
    assert position == len(output)


def test_a_disk_that_is_full_does_not_stop_the_job(
    ada: httpx.Client, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    write = LogWriter.write
    calls: list[int] = []

    def fail(self: LogWriter, data: bytes) -> None:
        calls.append(1)
        if len(calls) < 3:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        write(self, data)

    monkeypatch.setattr(engine.LogWriter, "write", fail)
    with caplog.at_level(logging.ERROR, "orionclient.emulator"):
        job = reach(ada, start(ada, "for n in range(10): print(n); time.sleep(0.05)"))
    assert outcome(job) == ("complete", "succeeded", "")
    assert log(ada, job).endswith("9\n")
    failures = [each for each in caplog.records if "cannot write the log of job" in each.getMessage()]
    assert len(failures) == 1


class Short(io.RawIOBase):
    """A file on a full disk, which takes only seven bytes of what is written."""

    def __init__(self, file: io.RawIOBase) -> None:
        self._file = file

    def write(self, data: bytes) -> int | None:  # type: ignore[override]
        return self._file.write(data[:7])

    def close(self) -> None:
        self._file.close()
        super().close()


def test_output_is_written_completely_and_read_from_every_offset(tmp_path: Path) -> None:
    luck = random.Random(3)
    writer, output, limit = LogWriter(tmp_path, 400), b"", 400
    for turn in range(300):
        if turn == 150:
            # A later start continues the log.
            writer.close()
            writer = LogWriter(tmp_path, limit)
            writer._file = Short(writer._file)  # type: ignore[assignment,arg-type]
        data = luck.randbytes(luck.randrange(1, 60)).replace(b"\r", b"\n")
        writer.write(data)
        output += data
        offset = luck.randrange(len(output) + 2)
        reader = LogReader(tmp_path, offset)
        body = b"".join(reader.chunks())
        reader.close()
        assert (reader.size, reader.end) == (len(body), len(output))
        end = body.rpartition(b"maximum size]\n")[2]
        assert output[offset:].endswith(end)
        assert len(end) == len(output[offset:]) or len(end) >= limit // 4
        assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= limit
    writer.close()


def test_a_file_that_is_deleted_meanwhile_is_not_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    writer = LogWriter(tmp_path, 40)
    writer.write(b"123456789\n" * 4)
    opened: Callable[..., io.FileIO] = Path.open

    def rotate(self: Path, *arguments: object, **options: object) -> io.FileIO:
        monkeypatch.undo()
        writer.write(b"abcdefghi\n" * 2)
        return opened(self, *arguments, **options)

    monkeypatch.setattr(Path, "open", rotate)
    reader = LogReader(tmp_path, 0)
    assert b"".join(reader.chunks()) == NOTICE.format(20).encode() + b"123456789\n" * 2 + b"abcdefghi\n" * 2
    reader.close()
    writer.close()


def test_the_size_and_the_deletion_of_a_log(server: Server, ada: httpx.Client, tmp_path: Path) -> None:
    output = "".join(f"{n}\n" for n in range(20000))
    job = reach(ada, start(ada, "for n in range(20000): print(n)"))
    path = f"{JOBS}{job['id']}/logs/"
    assert ada.get(f"{path}size/").json() == {"size": get_size(server, job), "written": len(output)}
    assert ada.delete(path).status_code == 204
    assert get_size(server, job) == 0
    assert ada.get(f"{path}size/").json() == {"size": 0, "written": 0}
    assert log(ada, job) == log(ada, job, offset=len(output)) == ""
    # Again without effect; the job stays.
    assert ada.delete(path).status_code == 204
    assert ada.get(f"{JOBS}{job['id']}/").json() == job


def test_the_log_of_a_running_job_is_not_deleted(ada: httpx.Client, grace: httpx.Client, tmp_path: Path) -> None:
    job = start(ada, f"print('first'); wait_for({str(tmp_path / 'gate')!r}); print('done')")
    path = f"{JOBS}{job['id']}/"
    until(lambda: log(ada, job), lambda shown: shown == "first\n")
    assert ada.get(f"{path}logs/size/").json() == {"size": 6, "written": 6}
    response = ada.delete(f"{path}logs/")
    assert (response.status_code, response.json()["code"]) == (409, "job_not_complete")
    # Its name can be changed in any state, and its progress is that of a running job.
    renamed = ada.patch(path, json={"name": "renamed"}).json()
    assert (renamed["name"], renamed["state"]) == ("renamed", "running")
    assert renamed["run_time"] > 0
    (tmp_path / "gate").touch()
    assert reach(ada, job)["name"] == "renamed"
    assert log(ada, job) == "first\ndone\n"
    assert ada.patch(path, json={"name": ""}).json()["name"] == ""
    for response in (
        ada.patch(path, json={"name": 1}),
        ada.patch(path, json={"reason": "x"}),
        ada.patch(path, json={"name": "x" * 256}),
    ):
        assert response.status_code == 400
    for response in (
        grace.patch(path, json={"name": "x"}),
        grace.get(f"{path}logs/size/"),
        grace.delete(f"{path}logs/"),
    ):
        assert response.status_code == 403
    assert ada.delete(f"{path}logs/").status_code == 204


def test_a_debug_export_has_no_token_of_a_job(server: Server, ada: httpx.Client) -> None:
    token = "os.environ['ORION_TOKEN']"
    code = f"print({token}); print('value:', {token}, 'end'); print(dict(os.environ)); print('https://h/a?t=' + {token} + '&b=1')"
    job = reach(ada, start(ada, code))
    shown = log(ada, job)
    value = shown.split("\n", 1)[0]
    assert shown.count(value) == 4
    out = io.BytesIO()
    session = OrionSession(SessionConfig(server.url, server.issue_token("ada"), project=1))
    WorkFloeJob(session=session, id=job["id"]).debug_export(out)
    with zipfile.ZipFile(out) as archive:
        content = b"".join(map(archive.read, archive.namelist()))
        lines = archive.read("log.txt").decode().splitlines()
    assert value.encode() not in content
    assert [lines[0], lines[1], lines[3]] == ["***", "value: *** end", "https://h/a?***"]
    assert f"'ORION_JOB_ID': '{job['id']}'" in lines[2]
