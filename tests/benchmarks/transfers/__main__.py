"""Benchmark of transfers against other clients and the limits of the machine: prints a table with a verdict for each row.

    nox -s transfers [-- --rounds 5 --rows down-plain,shards-32 --mib 1024 --write]

Servers, files and targets are on this machine, the files in a memory file system if there is one, which needs 12 GiB. Each client runs in a
fresh process once per round, in another order each time. Ratios are medians of the ratios of the rounds, so they are robust against drift
of the machine.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from measure import measure
from report import Table
from rows import OURS, SECONDS, Place, Row, rows
from servers import Missing, latency, nginx_program, web

_MEMORY: Final = Path("/dev/shm")
_DOCUMENT: Final = Path(__file__).parents[3] / "docs" / "measurements.md"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        "transfers", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rounds", type=int, default=5, help="rounds that are counted")
    parser.add_argument("--rows", help="keys of rows or their prefixes, separated by commas; defaults to all rows")
    parser.add_argument("--mib", type=int, default=1024, help="size of the large file in MiB, a multiple of 16")
    parser.add_argument("--write", action="store_true", help=f"write the table to {_DOCUMENT.name}")
    parser.add_argument("--strict", action="store_true", help="exit with status 1 also if a row misses its target")
    parser.add_argument("--folder", help="folder of the files; defaults to a memory file system")
    parser.add_argument("--nginx", help="path of nginx")
    known = parser.parse_args()
    if known.rounds < 1 or known.mib < 16 or known.mib % 16:
        parser.error("--rounds has to be at least 1, and --mib a multiple of 16")
    return known


def _select(all_rows: list[Row], given: str | None) -> list[Row]:
    if given is None:
        return all_rows
    starts = [each for each in given.split(",") if each]
    if unknown := [each for each in starts if not any(row.key.startswith(each) for row in all_rows)]:
        raise Missing(f"unknown rows: {', '.join(unknown)}; known are {', '.join(row.key for row in all_rows)}")
    return [row for row in all_rows if row.key.startswith(tuple(starts))]


def _measure(known: argparse.Namespace, folder: Path) -> bool:
    out, server = folder / "out", folder / "server"
    out.mkdir()
    server.mkdir()
    with web(server, nginx_program(known.nginx), known.mib) as files, latency(SECONDS) as slow, latency(0) as fast:
        place = Place(files, slow, fast, out)
        every = list(rows(place))
        table, good = Table([row.key for row in every]), True
        for row in _select(every, known.rows):
            start = time.perf_counter()
            results, failed = measure(row, place, known.rounds)
            line, reached = table.add(row, results, failed)
            good = good and OURS not in failed and (reached or not known.strict)
            print(f"{line}  ({time.perf_counter() - start:.0f} s)", flush=True)
        print(f"\n{table.render()}")
        if known.write:
            table.write(_DOCUMENT)
    return good


def main() -> None:
    """Run the benchmark; exit with status 1 if this client failed in a row."""
    known = _arguments()
    # On SIGTERM, exit normally so that the servers are stopped.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    memory = _MEMORY if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) else None
    try:
        with tempfile.TemporaryDirectory(prefix="orion-transfers-", dir=known.folder or memory) as name:
            good = _measure(known, Path(name))
    except Missing as error:
        raise SystemExit(str(error)) from error
    sys.exit(0 if good else 1)


if __name__ == "__main__":
    main()
