"""`ocli config`: create, show, select and remove profiles; file modes; and the origin of settings."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from cli.conftest import Call

from orionclient.config import get_config_path, read_profiles, resolve
from orionclient.local import LocalOrion

Run = Callable[..., "subprocess.CompletedProcess[str]"]


def make(call: Call, name: str, url: str = "https://orion.example.com", token: str = "tok-1") -> None:
    done = call(
        "--profile", name, "config", "profile", "--url", url, "--username", "ada", "--with-token", input=f"{token}\n"
    )
    assert done.exit_code == 0, done.output
    assert token not in done.output


def test_file_modes_are_restricted(call: Call, own_home: Path) -> None:
    folder = own_home / ".orion"
    folder.mkdir(mode=0o755)
    folder.chmod(0o755)
    make(call, "work")
    (folder / "config").chmod(0o644)
    done = call(
        "--profile", "other", "config", "profile", "--url", "x.org", "--username", "u", "--with-token", input="t\n"
    )
    assert done.exit_code == 0
    assert call("config", "use", "work").exit_code == 0
    assert folder.stat().st_mode & 0o777 == 0o700
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o777 == 0o600, path


@pytest.mark.parametrize("content", [b"\n\xef\xbb\xbf[work]\n", b"[work]\nurl = https://x.org\ntok", b"\xff\xfe[\0"])
def test_an_invalid_file_is_not_changed(call: Call, own_home: Path, content: bytes) -> None:
    folder = own_home / ".orion"
    folder.mkdir(mode=0o700)
    path = folder / "config"
    path.write_bytes(content)
    path.chmod(0o600)
    making = ["--profile", "new", "config", "profile", "--url", "x.org", "--username", "u", "--with-token"]
    for arguments in (making, ["config", "remove", "work", "--yes"], ["config", "use", "work"], ["config", "list"]):
        done = call(*arguments, input="t0ken\n")
        assert (done.exit_code, done.stdout) == (6, "")
        error, _ = done.stderr.splitlines()
        assert error.startswith((f"Error: {path} is not", f"Error: cannot read profiles from {path}"))
        assert path.read_bytes() == content
    assert {each.name for each in folder.iterdir()} <= {"config", "config.lock"}


def test_a_custom_file_does_not_restrict_its_folder(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tmp_path.chmod(0o755)
    monkeypatch.setenv("ORION_CONFIG", str(tmp_path / "mine"))
    make(call, "work")
    assert tmp_path.stat().st_mode & 0o777 == 0o755
    assert (tmp_path / "mine").stat().st_mode & 0o777 == 0o600


def test_use_and_remove(call: Call, own_home: Path) -> None:
    make(call, "default", "one.example.com")
    make(call, "work", "two.example.com")
    assert call("config", "use", "work").stdout == "ocli and Python use profile 'work' from now on\n"
    assert resolve().url == "https://two.example.com"
    rows = json.loads(call("config", "list", "--json").stdout)
    assert [(row["profile"], row["active"]) for row in rows] == [("default", False), ("work", True)]
    info = {row["setting"]: row for row in json.loads(call("config", "info", "--json").stdout)}
    assert (info["url"]["value"], info["profile"]["origin"]) == ("https://two.example.com", "ocli config use")
    info = {row["setting"]: row for row in json.loads(call("--profile", "default", "config", "info", "--json").stdout)}
    assert (info["url"]["value"], info["profile"]["origin"]) == ("https://one.example.com", "--profile")
    assert call("config", "remove", "work").exit_code == 2
    assert call("config", "remove", "work", "--yes").stdout == "Deleted profile 'work'\n"
    assert call("config", "list", "-q").stdout == "default\n"
    assert resolve().url == "https://one.example.com"
    info = {row["setting"]: row for row in json.loads(call("config", "info", "--json").stdout)}
    assert info["url"]["value"] == "https://one.example.com"


def test_an_empty_name_replaces_no_profile(call: Call) -> None:
    make(call, "work", token="tok-2")
    assert call("config", "use", "work").exit_code == 0
    words = ["config", "profile", "--url", "https://other.example.com", "--username", "eve", "--with-token"]
    done = call("--profile", "", *words, input="tok-3")
    assert done.exit_code == 2
    assert "the name of the profile is empty" in done.stderr
    assert read_profiles()["work"]["url"] == "https://orion.example.com"


def test_an_address_with_an_open_bracket(call: Call) -> None:
    done = call("config", "profile", "--url", "https://[::1", "--username", "ada", "--with-token", input="tok-4")
    assert done.exit_code == 6
    assert "invalid URL" in done.stderr


def test_an_invalid_project_of_the_environment_is_named(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    make(call, "default")
    get_config_path().write_text(f"{get_config_path().read_bytes().decode()}\nheader_form = x\n".replace("\n\n", "\n"))
    assert "ocli --profile default config profile" in call("files", "list").stderr
    make(call, "default")
    monkeypatch.setenv("ORION_PROJECT", "drugs")
    done = call("files", "list")
    assert done.exit_code == 6
    assert "ORION_PROJECT" in done.stderr


def test_a_warning_is_printed_once(call: Call, own_home: Path) -> None:
    folder = own_home / ".orion"
    folder.mkdir(mode=0o700)
    (folder / "config").write_text("[default]\ntoken = x\n")
    (folder / "config").chmod(0o644)
    done = call("files", "list")
    assert done.exit_code == 4
    assert done.stderr.count("readable by other users") == 1


def test_an_unknown_profile_lists_the_known_ones(call: Call) -> None:
    make(call, "work")
    for words in (
        ["config", "use", "nix"],
        ["config", "remove", "nix", "--yes"],
        ["--profile", "nix", "files", "list"],
    ):
        done = call(*words)
        assert done.exit_code == 4
        assert "work" in done.stderr


def test_the_environment_is_an_origin(call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ORION_URL", "https://three.example.com")
    monkeypatch.setenv("ORION_TOKEN", "tok-2")
    monkeypatch.setenv("ORION_PROJECT", "9")
    done = call("config", "info", "--json", "--timeout", "60")
    info = {row["setting"]: row for row in json.loads(done.stdout)}
    assert (info["url"]["origin"], info["token"]["value"], info["project"]["origin"]) == (
        "$ORION_URL",
        "***",
        "$ORION_PROJECT",
    )
    assert (info["timeout"]["value"], info["timeout"]["origin"]) == (60, "--timeout")
    assert "tok-2" not in done.output


def test_path(call: Call, own_home: Path) -> None:
    assert call("config", "path").stdout == f"{own_home / '.orion' / 'config'}\n"


def test_replies_from_a_pipe(process: Run, own_home: Path) -> None:
    done = process("config", "profile", input="orion.example.com\nada\ntok-3\n")
    assert done.returncode == 0, done.stderr
    assert "token = tok-3\n" in (own_home / ".orion" / "config").read_text()
    assert "tok-3" not in done.stdout + done.stderr
    again = process("config", "profile", input="orion.example.com\n")
    assert again.returncode == 1
    assert "Traceback" not in again.stderr


def test_an_unencrypted_address_is_rejected(call: Call) -> None:
    done = call(
        "config", "profile", "--url", "http://orion.example.com", "--username", "ada", "--with-token", input="t\n"
    )
    assert done.exit_code == 6
    assert "unencrypted" in done.stderr


PROFILE = ("config", "profile", "--url", "x.org", "--username", "u")


def test_a_password_is_ignored_with_a_warning(call: Call, stack: LocalOrion) -> None:
    words = ("config", "profile", "--url", stack.url, "--username", "ada", "--password", "ada-demo")
    before = len(stack.faults.requests())
    done = call(*words)
    assert done.exit_code == 1
    assert not Path(os.environ["HOME"], ".orion", "config").exists()
    done = call(*words, "--with-token", input=f"{stack.token}\n")
    assert done.exit_code == 0, done.output
    assert done.stderr == "Warning: --password is deprecated and ignored; give a token with --with-token\n"
    assert "ada-demo" not in done.output
    assert read_profiles()["default"]["token"] == stack.token
    assert len(stack.faults.requests()) == before


def test_a_token_on_the_command_line(call: Call) -> None:
    done = call(*PROFILE, "--token", "tok-5", "--json")
    assert (done.exit_code, done.stderr) == (0, "")
    assert "tok-5" not in done.output
    assert read_profiles()["default"]["token"] == "tok-5"
    done = call(*PROFILE, "--token", "tok-6", "--with-token", input="tok-7\n")
    assert done.exit_code == 2
    assert "--token and --with-token exclude each other" in done.stderr
    for token, code in (("", 4), ("a b", 6)):
        done = call(*PROFILE, "--token", token)
        assert (done.exit_code, done.stdout) == (code, "")
    assert read_profiles()["default"]["token"] == "tok-5"


def test_the_project_of_a_profile(call: Call) -> None:
    make(call, "default")
    make(call, "work")
    before = read_profiles()
    assert call("config", "project", "3").stdout == "Set project 3 in profile 'default'\n"
    assert call("--profile", "work", "config", "project", "4", "--json").exit_code == 0
    assert read_profiles() == {
        "default": {**before["default"], "project": "3"},
        "work": {**before["work"], "project": "4"},
    }
    assert resolve().project == 3
    for words, code in ((["x"], 2), (["-1"], 2), (["3", "--profile", "nix"], 4)):
        assert call("config", "project", *words).exit_code == code
    assert read_profiles()["default"]["project"] == "3"


def test_the_deprecated_token_command_works_and_warns(call: Call) -> None:
    make(call, "work")
    call("--profile", "work", "config", "project", "4")
    before = read_profiles()["work"]
    done = call("--profile", "work", "config", "token", input="\ufefftok-8\n")
    assert (done.exit_code, done.stdout) == (0, "Replaced the token of profile 'work'\n")
    assert done.stderr == "Warning: ocli config token is deprecated; use: ocli config profile --with-token\n"
    assert read_profiles()["work"] == {**before, "token": "tok-8"}
    for given, code in (("", 4), ("a b\n", 6)):
        assert call("--profile", "work", "config", "token", input=given).exit_code == code
    assert call("config", "token", input="tok-9\n").exit_code == 4
    assert read_profiles()["work"]["token"] == "tok-8"


def test_delete_names_the_profile_in_either_way(call: Call) -> None:
    for name in ("default", "one", "two"):
        make(call, name)
    done = call("config", "delete", "--yes")
    assert (done.exit_code, done.stdout) == (2, "")
    assert call("config", "delete", "one", "--yes").stdout == "Deleted profile 'one'\n"
    assert call("--profile", "two", "config", "delete", "--yes").stdout == "Deleted profile 'two'\n"
    assert [*read_profiles()] == ["default"]


def test_the_doctor_reports_problems(call: Call, stack: LocalOrion, own_home: Path) -> None:
    done = call("doctor", "--json")
    assert done.exit_code == 1
    rows = {row["check"]: row for row in json.loads(done.stdout)}
    assert not rows["profile"]["ok"]
    make(call, "default", stack.url, "nonsense")
    done = call("doctor", "--json")
    rows = {row["check"]: row for row in json.loads(done.stdout)}
    assert (rows["server"]["ok"], rows["token"]["ok"], done.exit_code) == (True, False, 1)
    (own_home / ".orion" / "config").chmod(0o644)
    rows = {row["check"]: row for row in json.loads(call("doctor", "--json").stdout)}
    assert not rows["file"]["ok"]
    assert "chmod 600" in rows["file"]["detail"]


def test_the_doctor_without_problems(call: Call, stack: LocalOrion) -> None:
    done = call("doctor", on=stack)
    assert done.exit_code == 0, done.output
    assert "belongs to ada" in done.stdout


@pytest.mark.parametrize("token", ["tok-1", "\ufefftok-1", "tok-1\r\n", "\ufefftok-1\r\n"])
def test_a_token_from_a_pipe_of_powershell(call: Call, token: str) -> None:
    done = call("config", "profile", "--url", "x.org", "--username", "u", "--with-token", input=token)
    assert (done.exit_code, read_profiles()["default"]["token"]) == (0, "tok-1")


def test_a_token_in_utf16(call: Call) -> None:
    done = call(
        "config", "profile", "--url", "x.org", "--username", "u", "--with-token", input="tok-1".encode("utf-16")
    )
    assert done.exit_code == 6
    assert "cannot read the token from standard input: it is not UTF-8" in done.stderr


def test_ca_file_of_an_option(call: Call, tmp_path: Path, own_home: Path) -> None:
    made = ["config", "profile", "--url", "x.org", "--username", "u", "--with-token"]
    for option, saved in [("ca.pem", tmp_path / "ca.pem"), ("~/ca.pem", own_home / "ca.pem")]:
        assert call(*made, f"--ca-file={option}", input="t").exit_code == 0
        assert read_profiles()["default"]["ca_file"] == str(saved)


def test_doctor_checks_certificates(call: Call, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def check() -> tuple[bool, str]:
        rows = json.loads(call("doctor", "--json").stdout)
        return next((row["ok"], row["detail"]) for row in rows if row["check"] == "certificates")

    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    (own_home / "ca.pem").write_bytes(b"")
    (own_home / "more").mkdir()
    monkeypatch.setenv("SSL_CERT_FILE", "~/ca.pem")
    monkeypatch.setenv("SSL_CERT_DIR", f"~/more{os.pathsep}{own_home}")
    assert check() == (True, "from SSL_CERT_FILE, SSL_CERT_DIR")
    monkeypatch.setenv("SSL_CERT_DIR", f"{own_home}{os.pathsep}~/missing")
    assert check() == (False, "the path in SSL_CERT_DIR does not exist: ~/missing")
    monkeypatch.setenv("SSL_CERT_FILE", "~no-such-user-here/ca.pem")
    assert check()[0] is False
