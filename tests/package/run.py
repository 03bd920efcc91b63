"""Builds the sdist and the wheels, compares their files with the checkout, and runs the demo in a clean environment.

Run by `nox -s package`; needs pip and a package index. The exit code is 1 if a check fails.
"""

from __future__ import annotations

import email
import os
import subprocess
import sys
import tarfile
import tempfile
import venv
import zipfile
from email.message import Message
from pathlib import Path

ROOT = Path(__file__).parents[2]
AUTHOR = "The orionclient developers"
# Files of the checkout that are not in the sdist, and files that are only in the sdist.
OMITTED: set[str] = set()
ADDED = {"PKG-INFO"}
# Public modules that must be importable without the extra, because they do not need the local Orion.
IMPORTS = "import orion_api.api.files.list_files, orionclient.cli, orionclient.session, orionclient.types, orionclient.helpers"


class Checks:
    """Prints checks and counts failures."""

    failed = 0

    def check(self, ok: bool, description: str, detail: object = "") -> None:
        """Record a check."""
        print(f"{'ok ' if ok else 'BAD'}  {description}{'' if ok else f': {detail}'}", flush=True)
        self.failed += not ok

    def check_files(self, found: set[str], expected: set[str], description: str) -> None:
        """Record whether two sets of file names are equal."""
        detail = f"missing {sorted(expected - found)[:10]}, unexpected {sorted(found - expected)[:10]}"
        self.check(found == expected, f"{description} ({len(expected)} files)", detail)


def run(*command: object, cwd: Path, **environment: str) -> None:
    """Run a program without settings of the environment; exit if it fails."""
    clean = {name: os.environ[name] for name in os.environ if not name.startswith(("ORION_", "PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env={**clean, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def build(folder: Path, *options: str) -> Path:
    """Build to a directory in an isolated environment, as `pip install` does; return the wheel."""
    run(sys.executable, "-m", "build", "--outdir", folder, *options, ROOT, cwd=folder.parent)
    return next(folder.glob("*.whl"))


def list_checkout() -> set[str]:
    """List the files of the checkout: tracked files and untracked files that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        raise SystemExit(f"listing the files of the checkout failed; a git checkout is required: {listed.stderr}")
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}


def list_sdist(sdist: Path) -> set[str]:
    """List the files of the sdist, relative to its root directory."""
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive if not member.isdir()}


def list_wheel(wheel: Path) -> dict[str, int]:
    """Map the file names of a wheel to their checksums."""
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist() if not entry.is_dir()}


def read_metadata(wheel: Path) -> tuple[Message, bytes]:
    """Read the metadata and the license of a wheel."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name.partition("/")[2]: name for name in archive.namelist() if ".dist-info/" in name}
        license_file = archive.read(names["licenses/LICENSE"]) if "licenses/LICENSE" in names else b""
        return email.message_from_bytes(archive.read(names["METADATA"])), license_file


def check_files(checks: Checks, sdist: Path, from_sdist: Path, from_checkout: Path) -> None:
    """Check that the sdist and both wheels are complete."""
    listed = list_checkout()
    checks.check_files(list_sdist(sdist), (listed - OMITTED) | ADDED, "the sdist contains the files of the checkout")
    one, other = list_wheel(from_sdist), list_wheel(from_checkout)
    checks.check_files(
        set(one), set(other), "the wheels built from the sdist and from the checkout contain the same files"
    )
    different = sorted(name for name in one.keys() & other.keys() if one[name] != other[name])
    checks.check(not different, "the files of both wheels are identical", different[:10])
    code = {name.removeprefix("generated/") for name in listed if name.startswith(("orionclient/", "generated/"))}
    checks.check_files(
        {name for name in one if ".dist-info/" not in name}, code, "the wheel contains only the two packages"
    )


def check_metadata(checks: Checks, wheel: Path) -> None:
    """Check author and license, and that the metadata contains no addresses or URLs."""
    metadata, license_file = read_metadata(wheel)
    checks.check(license_file == (ROOT / "LICENSE").read_bytes(), "the wheel contains the license", license_file[:80])
    for name, expected in (("License-Expression", ["MIT"]), ("License-File", ["LICENSE"]), ("Author", [AUTHOR])):
        checks.check(metadata.get_all(name) == expected, f"{name} is {expected[0]}", metadata.get_all(name))
    absent = ("Author-email", "Maintainer-email", "Home-page", "Download-URL", "Project-URL")
    checks.check(not any(metadata.get_all(name) for name in absent), "no email address or URL", metadata.items())


def check_install(checks: Checks, wheel: Path, folder: Path) -> None:
    """Import the wheel and run the demo in a clean environment, in an empty working directory."""
    empty, home = folder / "empty", folder / "home"
    empty.mkdir()
    home.mkdir()
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    user_environment = {"HOME": str(home), "USERPROFILE": str(home)}
    run(python, "-m", "pip", "install", "-q", wheel, cwd=empty)
    run(python, "-W", "error", "-c", IMPORTS, cwd=empty, **user_environment)
    run(python.with_name("ocli"), "--help", cwd=empty, **user_environment)
    checks.check(True, "both packages and ocli work without an extra")
    run(python, "-m", "pip", "install", "-q", f"{wheel}[local]", cwd=empty)
    run(python, "-W", "error", "-m", "orionclient.examples.demo", cwd=empty, **user_environment)
    checks.check(True, "the demo passes with the extra `local`")
    run(python, "-m", "pip", "install", "-q", f"{wheel}[emulator]", cwd=empty)
    checks.check(True, "the extra `emulator`, the former name of `local`, installs")
    left = [*empty.iterdir(), *home.iterdir()]
    checks.check(not left, "the working directory and the home directory are still empty", left)


def main() -> int:
    """Build, compare and install the package."""
    checks = Checks()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # By default, the wheel is built from the sdist.
        from_sdist = build(folder / "from-sdist")
        from_checkout = build(folder / "from-checkout", "--wheel")
        check_files(checks, next((folder / "from-sdist").glob("*.tar.gz")), from_sdist, from_checkout)
        check_metadata(checks, from_sdist)
        check_install(checks, from_sdist, folder)
    return 1 if checks.failed else 0


if __name__ == "__main__":
    sys.exit(main())
