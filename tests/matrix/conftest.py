"""The servers of the matrix, and the line that says what of it was run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

import pytest
from connections_certificates import DAY, NOW, context_for, make
from helpers.canary import CANARIES
from matrix_cells import CELLS
from matrix_ground import Ground, Wires

from orionclient.local import LocalOrion
from orionclient.testing import FaultProxy


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One server for all cells; no job of it leaves the queue."""
    with LocalOrion(tmp_path_factory.mktemp("orion"), seed="demo", jobs=0, proxied=True) as orion:
        CANARIES.add(orion.token)
        yield Ground(orion)


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A server that keeps content on a second origin."""
    with LocalOrion(tmp_path_factory.mktemp("stored"), seed="demo", jobs=0, storage=True) as orion:
        CANARIES.add(orion.token)
        yield Ground(orion)


@pytest.fixture(scope="session")
def wires(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Wires]:
    """A plain and a TLS way to it."""
    folder = tmp_path_factory.mktemp("certificates")
    root = make("root", ca=True)
    ca_file = folder / "root.pem"
    ca_file.write_bytes(root.pem)
    context = context_for(folder, make("server", root, hosts=("localhost",)))
    with FaultProxy(ground.orion.url) as plain, FaultProxy(ground.orion.url, context=context) as tls:
        yield Wires(plain, tls, ca_file)


@pytest.fixture(scope="session")
def distrusted(ground: Ground, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Wires]]:
    """TLS ways whose certificate is not to be trusted, by what is wrong with it."""
    folder = tmp_path_factory.mktemp("bad")
    root, other = make("root", ca=True), make("other", ca=True)
    ca_file = folder / "root.pem"
    ca_file.write_bytes(root.pem)
    leaves = {
        "untrusted": make("server", other, hosts=("localhost",)),
        "expired": make("server", root, hosts=("localhost",), starts=NOW - 2 * DAY, ends=NOW - DAY),
        "other host": make("server", root, hosts=("other.example",)),
    }
    proxies = {name: FaultProxy(ground.orion.url, context=context_for(folder, leaf)) for name, leaf in leaves.items()}
    for proxy in proxies.values():
        proxy.start()
    yield {name: Wires(proxy, proxy, ca_file) for name, proxy in proxies.items()}
    for proxy in proxies.values():
        proxy.stop()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say in one line what was run."""
    told = [
        (report, dict(report.user_properties))
        for outcome in ("passed", "failed")
        for report in terminalreporter.getreports(outcome)
        if report.when == "call"
    ]
    cells: defaultdict[str, list[bool]] = defaultdict(list)
    consumed: defaultdict[str, list[bool]] = defaultdict(list)
    runs = schedules = 0
    for report, properties in told:
        schedules += int(str(properties.get("schedules", 0)))
        if "cell" in properties:
            cells[str(properties["cell"])].append(report.passed)
            consumed[str(properties["cell"])].append(bool(properties.get("consumed")))
            runs += int(str(properties.get("runs", 0)))
    if schedules:
        terminalreporter.section("random faults")
        terminalreporter.line(
            f"{schedules} schedules in the tests that ended; what was made twice or changed without a word fails one of them"
        )
    if cells:
        passed, whole = (sum(all(each) for each in kept.values()) for kept in (cells, consumed))
        terminalreporter.section("fault matrix")
        terminalreporter.line(
            f"cells run {len(cells)} of {len(CELLS)}, passed {passed}, scripts fully consumed {whole}; {runs} runs"
        )
