"""The rows of the table: the transfer, the clients and the targets."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NamedTuple

from latency import LISTED
from servers import CAP_MIB, MANY, MIB, SPARSE, Latency, Web

OURS: Final = "orionclient"
# The lower bounds for any client.
LIMITS: Final = ("raw socket", "cp")
SHARDS: Final = 1000
SHARD: Final = 4096
PAGED: Final = 20_000
REQUESTS: Final = 15_000
SECONDS: Final = 0.02
_LEAST: Final = 0.1
# The figures of one run by name.
Figures = dict[str, float]


class Place(NamedTuple):
    """The servers and folders of a run."""

    web: Web
    slow: Latency
    fast: Latency
    out: Path


class Entry(NamedTuple):
    """One client of a row.

    Attributes:
        label: Its name in the table.
        program: Its program in `subjects`.
        task: The arguments of the program.
        check: The check of the transferred bytes; see `measure._check`.
    """

    label: str
    program: str
    task: dict[str, Any]
    check: str = ""


@dataclass(frozen=True)
class Goal:
    """The target of a client: for the median of a figure, or of its ratios to another client's, round by round.

    Attributes:
        figure: Name of the figure.
        bound: The limit.
        over: The client whose figure is the divisor; None for the figure itself.
        at_least: Whether more is better; then the other's figure is divided by the client's.
        unit: Unit of the figure.
        scale: Divisor of the figure itself.
        subject: The client.
    """

    figure: str
    bound: float
    over: str | None = None
    at_least: bool = False
    unit: str = ""
    scale: float = 1.0
    subject: str = OURS

    def value(self, results: dict[str, list[Figures]]) -> float | None:
        """Return the median; None if one of the two has no figures."""
        own, other = results.get(self.subject), results.get(self.over or self.subject)
        if not own or not other:
            return None
        if self.over is None:
            return statistics.median(run[self.figure] for run in own) / self.scale
        # Differences of less than a few pages of memory are ignored.
        pairs = [
            (max(mine[self.figure], _LEAST), max(theirs[self.figure], _LEAST))
            for mine, theirs in zip(own, other, strict=False)
        ]
        return statistics.median(b / a if self.at_least else a / b for a, b in pairs)

    def reached(self, value: float) -> bool:
        """Check whether a value reaches the target."""
        return value >= self.bound if self.at_least else value <= self.bound

    def message(self, value: float | None) -> str:
        """Format a value."""
        formatted = "-" if value is None else f"{value:.0f}" if self.unit and self.scale == 1 else f"{value:.2f}"
        return f"{formatted} {self.unit or 'x'}" + (f" {self.over}" if self.over else "")


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        key: Its name for `--rows`.
        work: Description of the transfer.
        reach: Description of the targets.
        base: The client, or the seconds, that wall times are relative to.
        entries: The clients.
        goals: The targets.
        rounds: Maximum of rounds; long rows with little variance need few.
        server: The server whose counts are used.
    """

    key: str
    work: str
    reach: str
    base: str | float
    entries: tuple[Entry, ...]
    goals: tuple[Goal, ...]
    rounds: int = 100
    server: Latency | None = field(default=None)


def rows(place: Place) -> Iterator[Row]:
    """Yield all rows in the order of the table."""
    yield from _single(place)
    yield _checked(place)
    yield from _many(place)
    yield _ranges(place)
    yield from _shards(place)
    yield _pages(place)
    yield from _threads(place)
    yield from _tools(place)
    yield from _memory(place)


def _task(place: Place, url: str, **more: Any) -> dict[str, Any]:
    web = place.web
    return {
        "url": url,
        "source": str(web.source),
        "target": str(place.out / "got"),
        "ca": str(web.authority),
        "size": web.size,
        **more,
    }


def _single(place: Place) -> Iterator[Row]:
    mib = place.web.size // MIB
    for what, origin, down, up in (("plain", place.web.plain, 0.90, 0.90), ("TLS", place.web.tls, 1.15, 1.05)):
        task = _task(place, origin + "/big")
        entries = [Entry(OURS, "download", task, "file"), Entry("curl", "curl down", task, "file")]
        entries += [Entry(name, f"{name} down", task, "file") for name in ("urllib3", "requests", "httpx")]
        entries += [Entry("raw socket", "socket down", task, "file")]
        entries += [Entry("cp", "copy", task, "file")] if what == "plain" else []
        key, reach = f"down-{what.lower()}", f"wall <= {down:.2f} x curl"
        yield Row(key, f"download {mib} MiB, {what}", reach, "curl", tuple(entries), (Goal("wall", down, "curl"),))
        task = _task(place, origin + "/put/x")
        entries = [Entry(OURS, "upload", task, "put"), Entry("curl", "curl up", task, "put")]
        entries += [Entry(name, f"{name} up", task, "put") for name in ("urllib3", "requests", "httpx")]
        entries += [Entry("raw socket", "socket up", task, "put")]
        key, reach = f"up-{what.lower()}", f"wall <= {up:.2f} x curl -T"
        yield Row(key, f"upload {mib} MiB, {what}", reach, "curl", tuple(entries), (Goal("wall", up, "curl"),))


def _checked(place: Place) -> Row:
    origin, plain = place.web.plain, "orionclient, no digest"
    entries = [
        Entry(
            OURS,
            "download checked",
            _task(place, f"{origin}/sha256/big", wrong=f"{origin}/wrong-sha256/many/0"),
            "file",
        ),
        Entry(
            "orionclient, crc32c",
            "download checked",
            _task(place, f"{origin}/crc32c/big", wrong=f"{origin}/wrong-crc32c/many/0"),
            "file",
        ),
        Entry(plain, "download", _task(place, f"{origin}/big"), "file"),
        Entry("urllib3, sha256 in its loop", "urllib3 down checked", _task(place, f"{origin}/sha256/big"), "file"),
    ]
    goals = (Goal("wall", 1.15, plain), Goal("wall", 1.05, plain, subject="orionclient, crc32c"))
    reach = "wall <= 1.15 x without (sha256), <= 1.05 x (crc32c)"
    return Row("checked", "download with the digest verified", reach, plain, tuple(entries), goals)


def _many(place: Place) -> Iterator[Row]:
    names = [str(number) for number in range(MANY)]
    for what, origin, way, bound in (
        ("plain", place.web.plain, "down", 1.10),
        ("TLS", place.web.tls, "down", 1.10),
        ("TLS", place.web.tls, "up", 1.05),
    ):
        url = origin + ("/many" if way == "down" else "/put")
        task = _task(place, url, names=names, workers=4)
        task |= {"target": str(place.out)} if way == "down" else {"source": str(place.web.many)}
        entries = [Entry(OURS, f"many {way}", task, f"many {way}")]
        entries += [Entry(name, f"{name} many {way}", task, f"many {way}") for name in ("urllib3", "httpx")]
        yield Row(
            f"many-{way}-{what.lower()}",
            f"{MANY} x 16 MiB {way}, {what}, 4 threads",
            f"wall <= {bound:.2f} x urllib3",
            "urllib3",
            tuple(entries),
            (Goal("wall", bound, "urllib3"),),
        )


def _ranges(place: Place) -> Row:
    task = _task(place, place.web.plain + "/capped/big", workers=8)
    one = "orionclient, one stream"
    entries = (
        Entry(OURS, "download", task, "file"),
        Entry(one, "download", {**task, "workers": 1}, "file"),
        Entry("urllib3, ranges of 16 MiB", "urllib3 ranges", task, "file"),
        Entry("hf_transfer", "hf_transfer down", task, "file"),
    )
    work = f"{place.web.size // MIB} MiB in ranges, each connection capped at {CAP_MIB} MiB/s, 8 threads"
    goals = (Goal("wall", 7.0, one, at_least=True),)
    return Row("ranges", work, ">= 7 x one stream", place.web.size / MIB / CAP_MIB / 8, entries, goals, rounds=3)


def _shards(place: Place) -> Iterator[Row]:
    for workers, bound in ((32, 1.15), (64, 1.30)):
        ideal = SECONDS * 3 * SHARDS / workers
        task = _task(place, place.slow.url, count=SHARDS, size=SHARD, workers=workers)
        entries = [Entry(OURS, "shards", task, "shards")]
        entries += [Entry(name, f"{name} shards", task, "shards") for name in ("urllib3", "requests", "httpx")]
        entries += [Entry("raw socket", "socket shards", task, "shards")]
        yield Row(
            f"shards-{workers}",
            f"{SHARDS:,} shards of 4 kB, latency {SECONDS * 1000:.0f} ms, {workers} workers",
            f"<= {bound:.2f} x the ideal, connections <= 1.1 x workers, 0 lost",
            ideal,
            tuple(entries),
            (
                Goal("wall", bound, unit="x ideal", scale=ideal),
                Goal("connections", 1.1 * workers, unit="connections"),
                Goal("lost", 0, unit="lost"),
            ),
            server=place.slow,
        )


def _pages(place: Place) -> Row:
    task = _task(place, place.slow.url, count=PAGED)
    entries = [Entry(OURS, "pages", task)]
    entries += [Entry(f"httpx, pages of {size:,}", "httpx pages", {**task, "size": size}) for size in (1000, 100)]
    return Row(
        "pages",
        f"{PAGED:,} shards listed, latency {SECONDS * 1000:.0f} ms",
        "<= 1.5 x httpx with pages of 1,000; a request for each of them",
        entries[1].label,
        tuple(entries),
        (
            Goal("wall", 1.5, entries[1].label),
            # One more request loads the collection, before the timer starts.
            Goal("requests", PAGED / 1000 + 1, unit="requests"),
            Goal("lost", 0, unit="lost"),
        ),
        server=place.slow,
    )


def _threads(place: Place) -> Iterator[Row]:
    for threads in (16, 32, 64, 128):
        task = _task(place, place.fast.url, count=REQUESTS, workers=threads)
        yield Row(
            f"threads-{threads}",
            f"{threads} threads on one session, {REQUESTS:,} requests",
            "0 lost, 0 wrong, none slower than 1 s",
            1.0,
            (Entry(OURS, "threads", task),),
            (
                Goal("lost", 0, unit="lost"),
                Goal("wrong", 0, unit="wrong"),
                Goal("slow", 0, unit="slower than 1 s"),
            ),
            rounds=1,
            server=place.fast,
        )


def _tools(place: Place) -> Iterator[Row]:
    origin = place.web.plain
    reach = "ahead of each in wall and in memory above after-import"
    for way, names in (
        ("down", ("huggingface_hub", "boto3", "hf_transfer", "dxpy-style")),
        ("up", ("boto3", "hf_transfer", "dxpy-style")),
    ):
        task = _task(place, origin + ("/big" if way == "down" else "/put/x"))
        entries = [Entry(OURS, f"{way}load", task, "file" if way == "down" else "put")]
        goals = []
        for name in names:
            check = "file" if way == "down" else "put" if name == "boto3" else "parts"
            entries.append(Entry(name, f"{name} {way}", task, check))
            goals += [Goal("wall", 1.0, name), Goal("memory", 1.0, name)]
        yield Row(f"tools-{way}", f"{task['size'] // MIB} MiB {way}, plain", reach, OURS, tuple(entries), tuple(goals))


def _memory(place: Place) -> Iterator[Row]:
    web, plain = place.web, place.web.plain
    sparse = {"source": str(web.sparse), "size": SPARSE}
    for way, task, check in (
        ("down", _task(place, plain + "/sparse", **sparse), f"size {SPARSE}"),
        ("up", _task(place, plain + "/put/x", **sparse), f"put size {SPARSE}"),
    ):
        yield Row(
            f"memory-{way}",
            f"5 GiB - 1 {way}",
            "memory <= 16 MiB above after-import",
            1.0,
            (Entry(OURS, f"{way}load", task, check), Entry("urllib3", f"urllib3 {way}", task, check)),
            (Goal("memory", 16, unit="MiB"),),
            rounds=1,
        )
    size = web.eighth.stat().st_size
    for way, url in (("down", plain + "/eight"), ("up", plain + "/put")):
        names = [str(number) for number in range(8)]
        task = _task(place, url, names=names, workers=8)
        task |= {"target": str(place.out)} if way == "down" else {"source": str(web.root / "www" / "eight")}
        yield Row(
            f"memory-{way}-8",
            f"8 x {size // MIB} MiB {way} at once",
            "memory <= 64 MiB above after-import",
            1.0,
            (
                Entry(OURS, f"many {way}", task, f"eight {way}"),
                Entry("urllib3", f"urllib3 many {way}", task, f"eight {way}"),
            ),
            (Goal("memory", 64, unit="MiB"),),
            rounds=3,
        )
    task = _task(place, place.fast.url, count=LISTED, workers=8)
    yield Row(
        "memory-listed",
        f"{LISTED:,} shards listed and handed to 8 workers",
        "memory <= 100 MiB above after-import",
        1.0,
        (Entry(OURS, "listed", task),),
        (Goal("memory", 100, unit="MiB"), Goal("lost", 0, unit="lost")),
        rounds=1,
    )
