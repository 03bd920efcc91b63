"""What can be done with a checkout: `nox --list` names every session; `.ci/run` runs what every change has to pass."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10.9"
nox.options.sessions = ["tests"]
nox.options.reuse_existing_virtualenvs = True

ROOT = Path(__file__).parent
TOOLS = ROOT / "generator" / "requirements.txt"
# Tests that need more than pytest's tools run in the session that has these tools.
LAYERS = ("tests/surface/test_layers.py",)
TYPING = ("tests/typing",)
GENERATOR = ("tests/generator",)
FAULTS = ("tests/conformance", "tests/matrix", "tests/security")
# Connections, counts of requests, foreign servers, kills of the store, and of the transfers kills, memory, random ones and small machines.
MOVING = (
    "tests/referees",
    "tests/connections",
    "tests/benchmarks",
    "tests/emulator/test_emulator_kills.py",
    *map(str, sorted((ROOT / "tests" / "transfers").glob("test_[kmrs]*.py"))),
)
# Half of their time, the tests wait: for a connection, a deadline, or a process. Who has nothing left takes tests from others.
AT_ONCE = ("-n", "4", "--dist", "worksteal")
# All tests of the session `tests` together have to cover the handwritten code; chosen ones cover what they cover.
# The other sessions go without: coverage's tracer does not follow forks.
COVERAGE = ("--cov", "--cov-report=", "--cov-fail-under=95")
IGNORED = [f"--ignore={place}" for place in (*LAYERS, *TYPING, *GENERATOR, *FAULTS, *MOVING)]
PROJECT = nox.project.load_toml("pyproject.toml")


def _group(session: nox.Session, *names: str) -> None:
    """Install pinned tools of the project into the session's environment."""
    session.install(*(package for name in names for package in nox.project.dependency_groups(PROJECT, name)))


def _clean(session: nox.Session) -> None:
    """Let no setting of the person's own reach the session."""
    for name in [name for name in os.environ if name.startswith("ORION_")]:
        session.env[name] = ""
    # Without compiled files every worker and every process of a test compiles everything anew.
    session.env["PYTHONDONTWRITEBYTECODE"] = ""


def _generator_python(session: nox.Session) -> str:
    """Make the generator's own environment with its pinned tools, once for each state of their list."""
    key = hashlib.sha256(TOOLS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = Path(session.cache_dir).absolute() / f"generator-{key}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if not (folder / "complete").exists():
        session.run_install(sys.executable, "-m", "venv", "--clear", str(folder), external=True, silent=True)
        session.run_install(str(python), "-m", "pip", "install", "-q", "-r", str(TOOLS), external=True, silent=True)
        (folder / "complete").touch()
    return str(python)


def _nginx(session: nox.Session) -> str:
    """Find nginx, or unpack Debian's package of it into the cache."""
    if found := shutil.which("nginx") or shutil.which("/usr/sbin/nginx"):
        return found
    folder = Path(session.cache_dir).absolute() / "nginx"
    program = folder / "usr" / "sbin" / "nginx"
    if not program.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with session.chdir(folder):
            session.run("apt-get", "update", "-qq", external=True, silent=True, success_codes=[0, 100])
            session.run("apt-get", "download", "nginx", external=True, silent=True)
            for package in folder.glob("nginx_*.deb"):
                session.run("dpkg-deb", "-x", str(package), str(folder), external=True)
    return str(program)


@nox.session
def demo(session: nox.Session) -> None:
    """Play the main job against a local Orion, with 24 approved drugs."""
    _clean(session)
    session.install(".[local]")
    session.run("python", "-W", "error", "-m", "orionclient.examples.demo")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the tests but those of other sessions; arguments go to pytest. Needs no network once the tools are installed."""
    _clean(session)
    _group(session, "test")
    session.install(".[local]")
    # Coverage makes the tests take half as long again, so only `.ci/run` asks for it.
    coverage = COVERAGE if os.environ.get("ORION_COVERAGE") else ()
    if not session.posargs:
        # Compiles the tests once; on a fresh clone each of the workers would do it.
        session.run("pytest", "--collect-only", "-q", *IGNORED, silent=True)
    session.run("pytest", *(session.posargs or [*AT_ONCE, *IGNORED, *coverage]))


def _apart(
    session: nox.Session, *places: str, groups: tuple[str, ...] = ("test",), env: dict[str, str] | None = None
) -> None:
    """Run tests that have a session of their own; arguments go to pytest."""
    _clean(session)
    _group(session, *groups)
    session.install(".[local]")
    session.run("pytest", *AT_ONCE, *places, *session.posargs, env=env)


@nox.session
def faults(session: nox.Session) -> None:
    """Run the table of retries, the fault matrix, random faults, and the tests of security."""
    _apart(session, *FAULTS)


@nox.session
def moving(session: nox.Session) -> None:
    """Run the tests of what moves bytes and takes long: connections, counts, foreign servers, kills, memory, random transfers."""
    _apart(session, *MOVING, groups=("test", "referees"))


@nox.session
def package(session: nox.Session) -> None:
    """Build the sdist and the wheels, compare their files, and run the demo from them. Needs git and a package index."""
    _clean(session)
    _group(session, "package")
    session.run("python", "tests/package/run.py")


@nox.session
def cases(session: nox.Session) -> None:
    """Run the case scripts of the folder that ORION_CASES names; arguments choose by beginnings of names, as in `wire outside/21`."""
    folder = os.environ.get("ORION_CASES", "")
    if not folder or not Path(folder).is_dir():
        session.error("ORION_CASES has to name the folder of the case scripts")
    _clean(session)
    _group(session, "cases")
    session.install(".[local]")
    session.env["ORION_GENERATOR_PYTHON"] = _generator_python(session)
    session.run("python", "tests/cases/run.py", folder, *session.posargs)


@nox.session
def nightly(session: nox.Session) -> None:
    """Run what takes long: connections, transfers and jobs in full numbers, the other HTTP library, schemathesis at length, benchmarks."""
    _clean(session)
    _group(session, "test", "contract")
    session.install(".[local,httpx2]")
    for library in ("httpx", "httpx2"):
        session.run("pytest", "tests/connections", env={"ORION_HTTP_LIBRARY": library, "ORION_NIGHTLY": "1"})
    # The retry table by operation, examples of `ocli` in both forms, 2,000 random schedules; the matrix is the same as by day.
    long = ("tests/cli/test_examples.py", "tests/conformance", "tests/emulator/test_emulator_jobs_ends.py",
            "tests/emulator/test_emulator_kills.py", "tests/matrix/test_stateful.py", "tests/security", "tests/transfers")  # fmt: skip
    # Matrix, table and security, and what a session does besides; connections and long transfers were there already.
    quick = [f"--ignore={place}" for place in MOVING]
    others = ("tests/session", "tests/compat", "tests/faultproxy", "tests/transfers", *quick, *FAULTS)
    session.run("pytest", *AT_ONCE, *long, env={"ORION_NIGHTLY": "1"})
    session.run("python", "tests/removals/removals.py")
    session.notify("mutation")
    session.run("pytest", *AT_ONCE, *others, env={"ORION_HTTP_LIBRARY": "httpx2"})
    for seed in ("1", "2", "3"):
        session.run("python", "tests/contract/run.py", "--seed", seed, "--max-examples", "200")
    session.run("python", "tests/benchmarks/listing.py")
    session.run("python", "tests/benchmarks/command_line.py")
    session.notify("transfers", ["--rounds", "2", "--rows", "shards-32", "--mib", "64"])


@nox.session
def mutation(session: nox.Session) -> None:
    """Change the pure rooms a thousand times, and see how often the fast unit tests notice; --write keeps the figure."""
    _clean(session)
    _group(session, "test", "mutation")
    session.install(".[local]")
    session.run("python", "tests/mutation/score.py", *session.posargs)


@nox.session
def transfers(session: nox.Session) -> None:
    """Measure transfers against their peers; arguments go to the benchmark, --help tells which. Needs nginx, or Debian to get it."""
    _clean(session)
    _group(session, "transfers")
    session.install(".")
    session.run("python", "tests/benchmarks/transfers", "--nginx", _nginx(session), *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, layers and the contract's rules."""
    _clean(session)
    _group(session, "lint", "test")
    session.install(".[local]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    # The generated floor is nobody's style, but it has to be as safe as the rest.
    session.run("ruff", "check", "--isolated", "--select", "S", "generated")
    session.run("bandit", "-q", "-r", "orionclient", "generated", "generator", "noxfile.py")
    session.run("lint-imports", env={"PYTHONPATH": str(ROOT)})
    session.run("pytest", "-n", "2", *LAYERS)
    session.run(_generator_python(session), "-m", "generator", "lint", external=True)


@nox.session
def types(session: nox.Session) -> None:
    """Check types: mypy strict over everything, pyright for completeness of the public ones, and what mypy tells a user."""
    _clean(session)
    _group(session, "types", "test")
    session.install("nox", ".[local]")
    session.run("mypy")
    session.run("pyright")
    session.run("pyright", "--verifytypes", "orionclient", "--ignoreexternal")
    session.run("pytest", *TYPING)


@nox.session
def generate(session: nox.Session) -> None:
    """Write generated/orion_api anew from openapi/."""
    session.run(_generator_python(session), "-m", "generator", "generate", external=True)


@nox.session
def check(session: nox.Session) -> None:
    """Tell whether generated/orion_api is what openapi/ and the templates make."""
    session.run(_generator_python(session), "-m", "generator", "check", external=True)


@nox.session
def generator(session: nox.Session) -> None:
    """Test the generator; arguments go to pytest."""
    _apart(session, *GENERATOR, env={"ORION_GENERATOR_PYTHON": _generator_python(session)})


@nox.session
def contract(session: nox.Session) -> None:
    """Let schemathesis look for differences between the contract and the local Orion."""
    _clean(session)
    _group(session, "contract")
    session.install(".[local]")
    session.run("python", "tests/contract/run.py", *session.posargs)
