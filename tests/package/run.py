"""Builds the sdist and the wheels, compares their files with the checkout, installs into an empty environment, and runs the demo there.

`nox -s package` runs it, with pip and a package index within reach. The exit code is 1 if a check failed.
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
# Files of the checkout that the sdist leaves out, and files that only the sdist has.
OMITTED: set[str] = set()
ADDED = {"PKG-INFO"}
# Without the extra, every public module that needs no local Orion can be imported.
IMPORTS = "import orion_api.api.files.list_files, orionclient.cli, orionclient.session, orionclient.types, orionclient.helpers"


class Checks:
    """Prints each check and counts the failed ones."""

    failed = 0

    def that(self, good: bool, what: str, detail: object = "") -> None:
        """Record one check."""
        print(f"{'ok ' if good else 'BAD'}  {what}{'' if good else f': {detail}'}", flush=True)
        self.failed += not good

    def same(self, found: set[str], wanted: set[str], what: str) -> None:
        """Record that two sets of file names are equal, else name the differences."""
        detail = f"missing {sorted(wanted - found)[:10]}, surplus {sorted(found - wanted)[:10]}"
        self.that(found == wanted, f"{what} ({len(wanted)} files)", detail)


def run(*command: object, cwd: Path, **environment: str) -> None:
    """Run a program without the settings of this environment; stop if it fails."""
    kept = {name: os.environ[name] for name in os.environ if not name.startswith(("ORION_", "PYTHON", "VIRTUAL_ENV"))}
    done = subprocess.run(
        [*map(str, command)], cwd=cwd, env={**kept, **environment}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise SystemExit(f"{' '.join(map(str, command))} failed:\n{done.stdout[-3000:]}{done.stderr[-3000:]}")


def build(folder: Path, *options: str) -> Path:
    """Build into a folder, in the isolated environment that `pip install` uses too; return the wheel."""
    run(sys.executable, "-m", "build", "--outdir", folder, *options, ROOT, cwd=folder.parent)
    return next(folder.glob("*.whl"))


def tracked() -> set[str]:
    """Files of the checkout: those that git has, and new ones that it does not ignore."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if listed.returncode:
        raise SystemExit(f"the list of files needs a checkout with git: {listed.stderr}")
    return {name for name in listed.stdout.split("\0") if name and (ROOT / name).exists()}


def files_of_sdist(sdist: Path) -> set[str]:
    """File names of the sdist, without the folder around them."""
    with tarfile.open(sdist) as archive:
        return {member.name.partition("/")[2] for member in archive if not member.isdir()}


def files_of_wheel(wheel: Path) -> dict[str, int]:
    """File name -> checksum."""
    with zipfile.ZipFile(wheel) as archive:
        return {entry.filename: entry.CRC for entry in archive.infolist() if not entry.is_dir()}


def metadata_of(wheel: Path) -> tuple[Message, bytes]:
    """Metadata of the wheel and the license in it."""
    with zipfile.ZipFile(wheel) as archive:
        names = {name.partition("/")[2]: name for name in archive.namelist() if ".dist-info/" in name}
        license_file = archive.read(names["licenses/LICENSE"]) if "licenses/LICENSE" in names else b""
        return email.message_from_bytes(archive.read(names["METADATA"])), license_file


def check_files(check: Checks, sdist: Path, from_sdist: Path, from_checkout: Path) -> None:
    """Nothing is lost on the way to the sdist, nor on the way to a wheel."""
    listed = tracked()
    check.same(files_of_sdist(sdist), (listed - OMITTED) | ADDED, "the sdist holds the files of the checkout")
    one, other = files_of_wheel(from_sdist), files_of_wheel(from_checkout)
    check.same(set(one), set(other), "the wheel made from the sdist holds what the wheel made from the checkout holds")
    different = sorted(name for name in one.keys() & other.keys() if one[name] != other[name])
    check.that(not different, "the files of both wheels are equal", different[:10])
    code = {name.removeprefix("generated/") for name in listed if name.startswith(("orionclient/", "generated/"))}
    check.same(
        {name for name in one if ".dist-info/" not in name}, code, "the wheel holds both packages, and nothing else"
    )


def check_metadata(check: Checks, wheel: Path) -> None:
    """Who wrote it, under which license; and nothing that does not exist."""
    metadata, license_file = metadata_of(wheel)
    check.that(license_file == (ROOT / "LICENSE").read_bytes(), "the wheel holds the license", license_file[:80])
    for name, wanted in (("License-Expression", ["MIT"]), ("License-File", ["LICENSE"]), ("Author", [AUTHOR])):
        check.that(metadata.get_all(name) == wanted, f"{name} is {wanted[0]}", metadata.get_all(name))
    absent = ("Author-email", "Maintainer-email", "Home-page", "Download-URL", "Project-URL")
    check.that(not any(metadata.get_all(name) for name in absent), "no mail address and no URL", metadata.items())


def check_install(check: Checks, wheel: Path, folder: Path) -> None:
    """Import it, and run the demo, where nothing else is installed and nothing lies in the working folder."""
    empty, home = folder / "empty", folder / "home"
    empty.mkdir()
    home.mkdir()
    venv.create(folder / "env", with_pip=True)
    python = folder / "env" / ("Scripts" if os.name == "nt" else "bin") / "python"
    person = {"HOME": str(home), "USERPROFILE": str(home)}
    run(python, "-m", "pip", "install", "-q", wheel, cwd=empty)
    run(python, "-W", "error", "-c", IMPORTS, cwd=empty, **person)
    run(python.with_name("ocli"), "--help", cwd=empty, **person)
    check.that(True, "both packages and ocli work without an extra")
    run(python, "-m", "pip", "install", "-q", f"{wheel}[local]", cwd=empty)
    run(python, "-W", "error", "-m", "orionclient.examples.demo", cwd=empty, **person)
    check.that(True, "the demo passes with the extra `local`")
    run(python, "-m", "pip", "install", "-q", f"{wheel}[emulator]", cwd=empty)
    check.that(True, "the extra `emulator`, the former name of `local`, installs")
    left = [*empty.iterdir(), *home.iterdir()]
    check.that(not left, "the working folder and the home are empty still", left)


def main() -> int:
    """Build, compare, install."""
    check = Checks()
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        # Without an option, the wheel is made from the sdist.
        from_sdist = build(folder / "from-sdist")
        from_checkout = build(folder / "from-checkout", "--wheel")
        check_files(check, next((folder / "from-sdist").glob("*.tar.gz")), from_sdist, from_checkout)
        check_metadata(check, from_sdist)
        check_install(check, from_sdist, folder)
    return 1 if check.failed else 0


if __name__ == "__main__":
    sys.exit(main())
