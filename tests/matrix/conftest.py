"""The servers of the matrix, and the line that says what of it was run."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

import pytest
from connections_certificates import DAY, NOW, context_for, make
from helpers.canary import CANARIES
from matrix_cells import CELLS, not_run
from matrix_ground import Ground, Wires

from orionclient.local import LocalOrion
from orionclient.testing import FaultProxy


@pytest.fixture(scope="session")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """One server for all cells; no job of it leaves the queue."""
    with LocalOrion(tmp_path_factory.mktemp("orion"), seed="demo", jobs=0, proxied=True, durable=False) as orion:
        CANARIES.add(orion.token)
        yield Ground(orion)


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ground]:
    """A server that keeps content on a second origin."""
    with LocalOrion(tmp_path_factory.mktemp("stored"), seed="demo", jobs=0, storage=True, durable=False) as orion:
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


def _reported(config: pytest.Config) -> list[tuple[pytest.TestReport, dict[str, Any]]]:
    """What the tests that were carried out have recorded."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    reports = [] if reporter is None else [*reporter.getreports("passed"), *reporter.getreports("failed")]
    return [(report, dict(report.user_properties)) for report in reports if report.when == "call"]


def _left_out(config: pytest.Config) -> list[str]:
    """The cells that should have been run and were not."""
    if config.option.collectonly or getattr(config.option, "lf", False) or hasattr(config, "workerinput"):
        return []
    ran = [str(properties["case"]) for _, properties in _reported(config) if "case" in properties]
    return not_run(ran, config.args, config.invocation_params.dir, config.option.keyword)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail where cells were left out by mistake: skipped, deselected or not collected."""
    if session.exitstatus == pytest.ExitCode.OK and _left_out(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Say what was run, and what the faults were met by as their tools count."""
    cells: defaultdict[str, list[bool]] = defaultdict(list)
    consumed: defaultdict[str, list[bool]] = defaultdict(list)
    tools: defaultdict[str, list[tuple[str, int, int]]] = defaultdict(list)
    runs = schedules = 0
    for report, properties in _reported(config):
        schedules += int(properties.get("schedules", 0))
        if "case" in properties:
            name, spent = properties["case"].rpartition("-")[0], properties.get("spent", [])
            cells[name].append(report.passed)
            consumed[name].append(bool(spent) and all(0 < due <= met for _, due, met in spent))
            runs += len(spent)
            for tool, due, met in spent:
                tools[tool].append((name, due, met))
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
        for tool, met in sorted(tools.items()):
            names, due, count = {name for name, _, _ in met}, sum(each[1] for each in met), sum(each[2] for each in met)
            terminalreporter.line(f"{tool}: {count}, due {due}, in {len(names)} cells")
    if left_out := _left_out(config):
        terminalreporter.section(f"{len(left_out)} of the matrix were not run", red=True)
        terminalreporter.line(", ".join(left_out[:20]))
