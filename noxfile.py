"""Development tasks as nox sessions: `nox --list` lists them, and `.ci/run` runs the required ones."""

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
# Tests that need more tools than pytest's run in the session that installs these tools.
LAYERS = ("tests/surface/test_layers.py",)
TYPING = ("tests/typing",)
GENERATOR = ("tests/generator",)
FAULTS = ("tests/conformance", "tests/matrix", "tests/security")
# Comparisons with RDKit: of files by night, of searches in every run.
TOOLKITS = ("tests/toolkits",)
SEARCHES = (
    "tests/toolkits/test_rdkit_searches.py",
    "tests/emulator/test_emulator_molsearch.py",
    "tests/session/test_molsearch.py",
)
# Tests of requests, over `httpx.HTTPTransport`; at night all tests of sessions, the retry table and the matrix.
OVER_HTTPX = (
    "tests/conformance/test_transfers.py",
    *(
        f"tests/session/test_{name}.py"
        for name in ("bad_responses", "http_session", "listings", "origin", "raw_streams", "redirects")
    ),
)
TRANSFERS = ("kills", "memory", "random", "random_responses", "small_machines", "unusual_sources", "validators")
# Connections, request counts, independent servers, kills of the store and with jobs, the file system against a model, and of the transfer
# tests kills, memory, random and small machines.
MOVING = (
    "tests/referees",
    "tests/connections",
    "tests/benchmarks",
    "tests/emulator/test_emulator_charges.py",
    "tests/emulator/test_emulator_kills.py",
    "tests/emulator/test_emulator_fs_model.py",
    *(f"tests/transfers/test_{name}.py" for name in TRANSFERS),
)
# Tests spend half of their time waiting for connections, deadlines and processes. Idle workers steal tests from others.
PARALLEL = ("-n", "4", "--dist", "worksteal")
# The whole session `tests` has to cover the handwritten code; a selection of tests has no limit.
# The other sessions do not measure coverage: its tracer does not follow forks.
COVERAGE = ("--cov", "--cov-report=", "--cov-fail-under=95")
IGNORED = [f"--ignore={path}" for path in (*LAYERS, *TYPING, *GENERATOR, *FAULTS, *TOOLKITS, *MOVING)]
# Modules of the checkout in place of the installed ones, for scripts that change them.
_TREE = {"PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "generated")])}
PROJECT = nox.project.load_toml("pyproject.toml")


def _install_groups(session: nox.Session, *names: str) -> None:
    """Install dependency groups of the project into the session's environment."""
    session.install(*(package for name in names for package in nox.project.dependency_groups(PROJECT, name)))


def _clear_environment(session: nox.Session) -> None:
    """Hide the user's own settings from the session."""
    for name in [name for name in os.environ if name.startswith("ORION_")]:
        session.env[name] = ""
    # Without compiled files every worker and every process of a test would compile all modules again.
    session.env["PYTHONDONTWRITEBYTECODE"] = ""


def _generator_python(session: nox.Session, newest: str = "") -> str:
    """Create the generator's environment with its pinned tools, or the newest release of one; return the path of its Python."""
    key = hashlib.sha256(TOOLS.read_bytes() + sys.version.encode()).hexdigest()[:12]
    folder = Path(session.cache_dir).absolute() / f"generator-{key}{newest}"
    python = folder / ("Scripts" if os.name == "nt" else "bin") / "python"
    if newest or not (folder / "complete").exists():
        session.run_install(sys.executable, "-m", "venv", "--clear", str(folder), external=True, silent=True)
        pip = (str(python), "-m", "pip", "install", "-q")
        session.run_install(*pip, "-r", str(TOOLS), external=True, silent=True)
        if newest:
            session.run_install(*pip, "-U", newest, external=True, silent=True)
        (folder / "complete").touch()
    return str(python)


def _nginx(session: nox.Session) -> str:
    """Find nginx, or extract its Debian package into the cache."""
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
    """Run the main workflow with 24 approved drugs against a local Orion."""
    _clear_environment(session)
    session.install(".[local]")
    session.run("python", "-W", "error", "-m", "orionclient.examples.demo")


@nox.session
def tests(session: nox.Session) -> None:
    """Run the default test suite; arguments go to pytest. Needs no network once the tools are installed."""
    _clear_environment(session)
    _install_groups(session, "test")
    session.install(".[local]")
    # With coverage the tests take half as long again before Python 3.14, so only `.ci/run` enables it there, and `nightly` does.
    coverage = COVERAGE if os.environ.get("ORION_COVERAGE") else ()
    if not session.posargs:
        # This compiles the tests once; on a fresh clone each worker would compile them.
        session.run("pytest", "--collect-only", "-q", *IGNORED, silent=True)
    session.run("pytest", *(session.posargs or [*PARALLEL, *IGNORED, *coverage]))


def _run_tests(
    session: nox.Session, *paths: str, groups: tuple[str, ...] = ("test",), env: dict[str, str] | None = None
) -> None:
    """Run the tests of a separate session; arguments go to pytest."""
    _clear_environment(session)
    _install_groups(session, *groups)
    session.install(".[local]")
    session.run("pytest", *PARALLEL, *paths, *session.posargs, env=env)


@nox.session
def faults(session: nox.Session) -> None:
    """Run the retry table, the fault matrix, random faults and the security tests, and some tests over a transport of httpx."""
    _run_tests(session, *FAULTS)
    session.run("pytest", *PARALLEL, *OVER_HTTPX, env={"ORION_TEST_TRANSPORT": "httpx"})


@nox.session
def moving(session: nox.Session) -> None:
    """Run the long tests: request counts, independent servers, kills, memory, random transfers, the model of the file system."""
    _run_tests(session, *MOVING, groups=("test", "referees"))


@nox.session
def package(session: nox.Session) -> None:
    """Build the sdist and the wheels, compare their files and run the demo from them. Needs git and a package index."""
    _clear_environment(session)
    _install_groups(session, "package")
    session.run("python", "tests/package/run.py")


@nox.session
def cases(session: nox.Session) -> None:
    """Run the case scripts of the folder ORION_CASES; arguments select them by prefix, as in `wire outside/21`."""
    folder = os.environ.get("ORION_CASES", "")
    if not folder or not Path(folder).is_dir():
        session.error("set ORION_CASES to the folder of the case scripts")
    _clear_environment(session)
    _install_groups(session, "cases")
    session.install(".[local]")
    session.env["ORION_GENERATOR_PYTHON"] = _generator_python(session)
    session.run("python", "tests/cases/run.py", folder, *session.posargs)


@nox.session
def nightly(session: nox.Session) -> None:
    """Run the long forms: connections, transfers and jobs in full, the other HTTP library, schemathesis, benchmarks."""
    _clear_environment(session)
    _install_groups(session, "test", "contract")
    session.install(".[local,httpx2]")
    for library in ("httpx", "httpx2"):
        session.run("pytest", "tests/connections", env={"ORION_HTTP_LIBRARY": library, "ORION_NIGHTLY": "1"})
    # The retry table by operation, examples of `ocli` in both forms, 2,000 random schedules. The matrix has no long form.
    long = ("tests/cli/test_examples.py", "tests/conformance", "tests/emulator/test_emulator_jobs_ends.py",
            "tests/emulator/test_emulator_charges.py", "tests/emulator/test_emulator_fs_model.py",
            "tests/emulator/test_emulator_kills.py", "tests/matrix/test_stateful.py", "tests/security", "tests/transfers")  # fmt: skip
    # The fault tests and those of sessions, with the other library; connections and long transfers ran above.
    quick = [f"--ignore={path}" for path in MOVING]
    others = ("tests/session", "tests/compat", "tests/faultproxy", "tests/transfers", *quick, *FAULTS)
    session.run("pytest", *PARALLEL, *long, env={"ORION_NIGHTLY": "1"})
    session.run("pytest", *PARALLEL, *IGNORED, *COVERAGE)
    session.run("python", "tests/removals/removals.py")
    session.notify("toolkits")
    session.notify("mutation")
    session.notify("generator_newest")
    session.run("pytest", *PARALLEL, *others, env={"ORION_HTTP_LIBRARY": "httpx2"})
    over_httpx = ("tests/session", "tests/conformance", "tests/matrix/test_matrix.py")
    session.run("pytest", *PARALLEL, *over_httpx, env={"ORION_TEST_TRANSPORT": "httpx"})
    for seed in ("1", "2", "3"):
        session.run("python", "tests/contract/run.py", "--seed", seed, "--max-examples", "200")
    session.run("python", "tests/benchmarks/listing.py")
    session.run("python", "tests/benchmarks/folders.py")
    session.run("python", "tests/benchmarks/command_line.py")
    session.notify("transfers", ["--rounds", "2", "--rows", "shards-32", "--mib", "64"])


@nox.session
def toolkits(session: nox.Session) -> None:
    """Compare molecule files and searches with RDKit; prints what it compared."""
    _clear_environment(session)
    _install_groups(session, "test")
    session.install(".[local,rdkit]")
    session.run("pytest", *PARALLEL, "-rP", *TOOLKITS, *session.posargs)


@nox.session
def rdkit(session: nox.Session) -> None:
    """Compare molecule searches in 500 random molecules with RDKit; arguments go to pytest."""
    _clear_environment(session)
    _install_groups(session, "test")
    session.install(".[local,rdkit]")
    session.run("pytest", *PARALLEL, *SEARCHES, *session.posargs)


@nox.session
def mutation(session: nox.Session) -> None:
    """Compute the mutation score of the pure modules under the fast unit tests; --write stores it."""
    _clear_environment(session)
    _install_groups(session, "test", "mutation")
    session.install(".[local]")
    session.run("python", "tests/mutation/score.py", *session.posargs)


@nox.session
def transfers(session: nox.Session) -> None:
    """Benchmark transfers against other tools; arguments go to the benchmark (see --help). Needs nginx, or Debian to get it."""
    _clear_environment(session)
    _install_groups(session, "transfers")
    session.install(".")
    session.run("python", "tests/benchmarks/transfers", "--nginx", _nginx(session), *session.posargs)


@nox.session
def lint(session: nox.Session) -> None:
    """Check style, layers, size and the rules of the contract."""
    _clear_environment(session)
    _install_groups(session, "lint", "test")
    session.install(".[local]")
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    # The style of the generated package is not checked, but its safety is.
    session.run("ruff", "check", "--isolated", "--select", "S", "generated")
    session.run("bandit", "-q", "-r", "orionclient", "generated", "generator", "noxfile.py")
    session.run("lint-imports", env={"PYTHONPATH": str(ROOT)})
    session.run("python", "tests/size/count.py")
    session.run("pytest", "-n", "2", *LAYERS)
    session.run(_generator_python(session), "-m", "generator", "lint", external=True)


@nox.session
def size(session: nox.Session) -> None:
    """Compare lines of code by package with tests/size/size.toml, where figures may only fall; --write stores them."""
    session.install(".")
    session.run("python", "tests/size/count.py", *session.posargs)


@nox.session
def types(session: nox.Session) -> None:
    """Check types: mypy in strict mode, pyright for the completeness of public types, and both as users run them."""
    _clear_environment(session)
    _install_groups(session, "types", "test")
    session.install("nox", ".[local]")
    session.run("mypy")
    session.run("pyright")
    session.run("pyright", "--verifytypes", "orionclient", "--ignoreexternal")
    session.run("pytest", *TYPING)


@nox.session
def generate(session: nox.Session) -> None:
    """Regenerate generated/orion_api and docs/evidence.md from openapi/."""
    session.run(_generator_python(session), "-m", "generator", "generate", external=True)


@nox.session
def check(session: nox.Session) -> None:
    """Check that generated/orion_api is up to date with openapi/ and the templates."""
    session.run(_generator_python(session), "-m", "generator", "check", external=True)


@nox.session
def generator(session: nox.Session) -> None:
    """Run the tests of the generator; arguments go to pytest."""
    tools = _generator_python(session)
    _run_tests(session, *GENERATOR, groups=("test", "types"), env={"ORION_GENERATOR_PYTHON": tools})


# nox takes the word after `new-kind` for another session, so it is one that does nothing.
_NEW_KIND = sys.argv[sys.argv.index("new-kind") + 1 :][:1] if "new-kind" in sys.argv else []
if _NEW_KIND and not _NEW_KIND[0].startswith("-"):
    nox.session(name=_NEW_KIND[0], python=False, default=False)(lambda session: session.skip("a name"))


@nox.session(name="new-kind")
def new_kind(session: nox.Session) -> None:
    """Write the files of a new kind of resource: `nox -s new-kind NAME`."""
    session.install(".[local]")
    tools = _generator_python(session)
    name = (*session.posargs, *_NEW_KIND, "")[0]
    session.run("python", "tests/new_kind/run.py", name, tools, env=_TREE)


@nox.session
def generator_newest(session: nox.Session) -> None:
    """Run the adapter of the generator on the newest release of openapi-python-client; arguments go to pytest."""
    python = _generator_python(session, "openapi-python-client")
    _run_tests(session, "tests/generator/test_generator_adapter.py", env={"ORION_GENERATOR_PYTHON": python})


@nox.session
def contract(session: nox.Session) -> None:
    """Compare the local Orion with the contract by schemathesis."""
    _clear_environment(session)
    _install_groups(session, "contract")
    session.install(".[local]")
    session.run("python", "tests/contract/run.py", *session.posargs)
