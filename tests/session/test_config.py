"""Configuration: precedence, profile files, and errors if none is configured."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import socket
import stat
from pathlib import Path

import pytest
from helpers.canary import CANARY, contains_token

from orionclient.config import (
    get_config_path,
    get_profile_config,
    in_orion,
    read_profiles,
    remove_profile,
    resolve,
    restore_config,
    save_profile,
)
from orionclient.exceptions import InvalidCredentials, OrionConnectionError, OrionError, ValidationError
from orionclient.local import LocalOrion
from orionclient.session import APISession, OrionSession, SessionConfig, get_session
from orionclient.types import Dataset


@pytest.fixture
def profiles(own_home: Path) -> Path:
    """Write a file with the profiles default, lab and empty."""
    save_profile(SessionConfig("https://default.example.com", "d-token", "me", 1), "default")
    save_profile(SessionConfig("https://lab.example.com", "l-token", "you", 2, header_form="colon"), "lab")
    return own_home / ".orion" / "config"


PAIR = {"ORION_URL": "https://env.example.com", "ORION_TOKEN": "e-token"}
JOB = {"ORION_JOB_ID": "42"}


@pytest.mark.parametrize(
    ("environ", "profile", "host"),
    [
        ({}, None, "default"),
        ({}, "lab", "lab"),
        ({"ORION_PROFILE": "lab"}, None, "lab"),
        ({"ORION_PROFILE": ""}, None, "default"),
        ({"ORION_PROFILE": "lab"}, "default", "default"),
        (PAIR, None, "env"),
        ({**PAIR, "ORION_PROFILE": "lab"}, None, "env"),
        (PAIR, "lab", "lab"),
        ({**PAIR, **JOB}, "lab", "env"),
        ({**PAIR, **JOB}, None, "env"),
        (JOB, None, "default"),
        (JOB, "lab", "lab"),
        ({**JOB, "ORION_URL": "https://half.example.com"}, None, "default"),
        ({**PAIR, "ORION_URL": ""}, "lab", "lab"),
        ({"ORION_URL": "", "ORION_TOKEN": ""}, None, "default"),
    ],
)
def test_precedence(
    profiles: Path, monkeypatch: pytest.MonkeyPatch, environ: dict[str, str], profile: str | None, host: str
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert get_profile_config(profile=profile).origin == ("https", f"{host}.example.com", 443)


@pytest.mark.parametrize("name", ["ORION_URL", "ORION_TOKEN"])
def test_a_url_without_a_token_is_an_error(profiles: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv(name, PAIR[name])
    with pytest.raises(InvalidCredentials, match=f"{name} is set but"):
        resolve()


def test_project_override(profiles: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert resolve().project == 1
    monkeypatch.setenv("ORION_PROJECT", "9")
    assert (resolve().project, resolve("lab").project, resolve("lab").token) == (9, 9, "l-token")
    monkeypatch.setenv("ORION_PROJECT", "nine")
    with pytest.raises(ValidationError, match="id of a project"):
        resolve()


def test_values_of_a_profile(profiles: Path) -> None:
    assert resolve("lab") == SessionConfig(
        "https://lab.example.com", "l-token", "you", 2, profile="lab", header_form="colon"
    )


def test_no_configuration(own_home: Path) -> None:
    with pytest.raises(InvalidCredentials) as caught:
        OrionSession().get_user_profile()
    path = own_home / ".orion" / "config"
    assert str(caught.value).splitlines() == [
        f"ORION_URL is not set and there is no profile 'default' in {path}; the file does not exist",
        "to connect to an Orion stack, run: ocli config profile",
        "to try a local Orion on this machine, run: ocli local start",
    ]
    with pytest.raises(InvalidCredentials):
        list(APISession.list_resources(Dataset))


def test_unknown_profile(profiles: Path) -> None:
    with pytest.raises(InvalidCredentials, match=r"no profile 'prod' in .*known profiles: default, lab"):
        get_profile_config("prod")


def test_orion_config(profiles: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("ORION_CONFIG", str(tmp_path / "other"))
    with pytest.raises(InvalidCredentials, match="the file does not exist"):
        resolve()
    save_profile(SessionConfig("https://other.example.com", "x"), "default")
    assert resolve().url == "https://other.example.com"


def test_without_a_home_directory(orion: LocalOrion, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    frozen = pickle.dumps(orion.session())
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    for name in ("HOME", "USERPROFILE"):
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    for call in (get_config_path, read_profiles, resolve, lambda: save_profile(SessionConfig("a.example.com"), "x")):
        with pytest.raises(ValidationError, match="no home directory is known; set ORION_CONFIG to the profile file"):
            call()
    assert not (tmp_path / "~").exists()
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    # Credentials of the environment need no file.
    assert OrionSession().get_user_profile().username == "ada"
    assert pickle.loads(frozen).get_user_profile().username == "ada"


def test_the_home_directory_in_orion_config(own_home: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ORION_CONFIG", "~/settings/work.ini")
    save_profile(SessionConfig("https://work.example.com", "x"), "default")
    assert (own_home / "settings" / "work.ini").exists()
    assert not (tmp_path / "~").exists()
    assert resolve().url == "https://work.example.com"
    monkeypatch.setenv("ORION_CONFIG", "~no-such-user-here/work.ini")
    with pytest.raises(
        ValidationError, match="ORION_CONFIG: no home directory is known for '~no-such-user-here/work.ini'"
    ):
        resolve()


def choose(own_home: Path, content: bytes) -> None:
    (own_home / ".orion" / "config.active").write_bytes(content)


@pytest.mark.parametrize(
    ("environ", "profile", "host"),
    [
        ({}, None, "lab"),
        ({}, "default", "default"),
        ({"ORION_PROFILE": "default"}, None, "default"),
        (PAIR, None, "env"),
        ({**PAIR, **JOB}, None, "env"),
    ],
)
def test_the_choice_of_config_use(
    profiles: Path,
    own_home: Path,
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    profile: str | None,
    host: str,
) -> None:
    choose(own_home, b"lab\n")
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    assert OrionSession(profile=profile).config.origin[1] == f"{host}.example.com"


def test_a_choice_that_does_not_apply(profiles: Path, own_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choose(own_home, b"gone\r\n")
    with pytest.raises(InvalidCredentials, match="no profile 'gone', chosen by ocli config use, in .*: default, lab"):
        resolve()
    choose(own_home, b"\xff\xfel\0a\0b\0")
    with pytest.raises(ValidationError, match=r"cannot read the choice .*config.active: the file is UTF-16"):
        resolve()
    choose(own_home, b"\xef\xbb\xbflab\r\n")
    assert resolve().profile == "lab"
    monkeypatch.setenv("ORION_PROFILE", "missing")
    with pytest.raises(InvalidCredentials, match="no profile 'missing', named by ORION_PROFILE, in"):
        resolve()


def test_a_session_of_a_profile(profiles: Path) -> None:
    session = OrionSession(profile="lab")
    assert pickle.loads(pickle.dumps(session)).config == session.config == get_profile_config("lab")
    later = OrionSession(profile="later")
    save_profile(SessionConfig("https://later.example.com", "x"), "later")
    assert later.config.url == "https://later.example.com"
    with pytest.raises(ValidationError, match="pass config or profile, not both"):
        OrionSession(get_profile_config("lab"), profile="lab")
    with pytest.raises(ValidationError, match="profile must be the name of a profile, not SessionConfig"):
        OrionSession(profile=get_profile_config("lab"))  # type: ignore[arg-type]


def test_the_profile_of_a_local_orion_that_does_not_run(own_home: Path) -> None:
    with pytest.raises(InvalidCredentials, match="with: ocli local start") as missing:
        OrionSession(profile="local").get_user_profile()
    assert "config profile" not in str(missing.value)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # without listen, so that connections are rejected
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        save_profile(SessionConfig(url, "x"), "local")
        save_profile(SessionConfig(url, "x"), "other")
        words = "the local Orion of this profile is not running; start it with: ocli local start"
        for profile in ("local", "other"):
            with pytest.raises(OrionConnectionError) as raised:
                OrionSession(profile=profile).get_user_profile()
            assert (words in str(raised.value)) == (profile == "local")


@pytest.mark.parametrize("token", [f"{CANARY}\n", f"{CANARY}\r\nX: y", f" {CANARY}", f"{CANARY}\0", "tökén", "a b"])
def test_a_token_with_a_line_break_is_rejected_without_showing_it(
    own_home: Path, monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    with pytest.raises(ValidationError, match=r"\(not shown\)") as caught:
        SessionConfig("https://orion.example.com", token)
    assert not contains_token(str(caught.value) + repr(caught.value))
    if "\0" not in token:
        monkeypatch.setenv("ORION_URL", "https://orion.example.com")
        monkeypatch.setenv("ORION_TOKEN", token)
        with pytest.raises(ValidationError) as caught:
            OrionSession().get_user_profile()
        assert not contains_token(str(caught.value))


def test_the_token_is_never_shown() -> None:
    config = SessionConfig("https://orion.example.com", CANARY, proxy=f"http://me:{CANARY}@proxy")
    session = OrionSession(config)
    session._resolve_config()
    shown = [repr(config), str(config), repr(session), str(session), repr(session.raw), repr(session._calls)]
    shown.append(repr(pickle.dumps(session)))
    assert not contains_token("".join(shown))
    assert "***" in repr(config)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ("orion.example.com", "https://orion.example.com"),
        (" https://Orion.Example.com/ ", "https://orion.example.com"),
        ("http://localhost:8000", "http://localhost:8000"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8000"),
        ("http://[::1]:8000", "http://[::1]:8000"),
    ],
)
def test_addresses(given: str, url: str) -> None:
    assert SessionConfig(given).url == url


@pytest.mark.parametrize(
    "given",
    ["", "https://", "https://a.example.com/path", "https://u:p@a.example.com", "ftp://a", "http://a\nb", "a?b"],
)
def test_invalid_addresses_are_rejected(given: str) -> None:
    with pytest.raises(ValidationError):
        SessionConfig(given)


@pytest.mark.parametrize("project", ["x", -1, True, 1.5, "../1"])
def test_invalid_projects_are_rejected(project: object) -> None:
    with pytest.raises(ValidationError):
        SessionConfig("a.example.com", project=project)


def test_file_modes(profiles: Path) -> None:
    assert stat.S_IMODE(profiles.stat().st_mode) == 0o600
    assert stat.S_IMODE(profiles.parent.stat().st_mode) == 0o700
    profiles.chmod(0o644)
    with pytest.warns(UserWarning, match="readable by other users"):
        resolve()
    profiles.chmod(0o600)
    save_profile(resolve(), "default")
    assert stat.S_IMODE(profiles.stat().st_mode) == 0o600
    assert sorted(path.name for path in profiles.parent.iterdir()) == ["config", "config.lock"]


def test_remove(profiles: Path) -> None:
    assert remove_profile("lab") is True
    assert remove_profile("lab") is False
    assert list(read_profiles()) == ["default"]


@pytest.mark.parametrize("name", ["", " x", "a]b", "a\nb", "DEFAULT"])
def test_invalid_profile_names_are_rejected(own_home: Path, name: str) -> None:
    with pytest.raises(ValidationError):
        save_profile(SessionConfig("a.example.com"), name)


@pytest.mark.parametrize(
    "content",
    [
        f"token = {CANARY}\n[default]\n".encode(),
        b"[default]\njust some words\n",
        f"[default]\ntoken = {CANARY}\ntoken = {CANARY}\n".encode(),
        b"\xff\xfe\x00",
        b"#" * (1 << 20) + b"#",
    ],
)
def test_broken_files(own_home: Path, content: bytes) -> None:
    path = own_home / ".orion" / "config"
    path.parent.mkdir()
    path.write_bytes(content)
    path.chmod(0o600)
    with pytest.raises(ValidationError, match=str(path)) as caught:
        resolve()
    assert not contains_token(str(caught.value))
    assert not contains_token(repr(caught.value.__context__ or "")) or caught.value.__suppress_context__


def test_a_profile_without_url(own_home: Path) -> None:
    path = own_home / ".orion" / "config"
    path.parent.mkdir()
    path.write_text("[default]\nusername = me\n")
    path.chmod(0o600)
    with pytest.raises(InvalidCredentials, match="has no url"):
        resolve()
    path.write_text("[default]\nurl = http://far.example.com\n")
    with pytest.raises(ValidationError, match="profile 'default' in .* unencrypted"):
        resolve()
    path.write_text("[default]\nurl = http://far.example.com\nallow_http = yes\nproject =\n")
    assert resolve().allow_http


def _write(index: int) -> None:
    save_profile(SessionConfig(f"https://host{index}.example.com", f"token{index}"), f"profile{index}")


def test_concurrent_writers_lose_nothing(own_home: Path) -> None:
    with multiprocessing.get_context("fork").Pool(8) as pool:
        pool.map(_write, range(24))
    found = read_profiles()
    assert {name: values["token"] for name, values in found.items()} == {
        f"profile{index}": f"token{index}" for index in range(24)
    }


@pytest.mark.parametrize(("value", "expected"), [(None, False), ("", False), ("7", True)])
def test_in_orion(monkeypatch: pytest.MonkeyPatch, value: str | None, expected: bool) -> None:
    if value is not None:
        monkeypatch.setenv("ORION_JOB_ID", value)
    assert in_orion() is expected


def test_swapping_the_configuration(orion: LocalOrion) -> None:
    session = orion.session()
    assert session.get_user_profile().username == "ada"
    session.config = orion.config("grace")
    assert session.get_user_profile().username == "grace"
    with pytest.raises(ValidationError, match="config must be a SessionConfig"):
        session.config = "grace"  # type: ignore[assignment]


def test_constructor_forms(orion: LocalOrion) -> None:
    config = orion.config()
    for session in (
        OrionSession(config),
        OrionSession(None, config),
        OrionSession(config=config),
        OrionSession(orion_versions=None, config=config),
    ):
        assert session.is_authenticated()
    with pytest.raises(ValidationError, match="config must be a SessionConfig"):
        OrionSession("default")  # type: ignore[arg-type]
    with pytest.raises(ValidationError, match="by keyword"):
        OrionSession(config, get_session())


def test_unpickled_sessions_reload_their_token(
    orion: LocalOrion, own_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = OrionSession(orion.config(project=3))
    made = Dataset.create(session, "travels")
    frozen = pickle.dumps(made)
    assert not contains_token(repr(frozen))
    with pytest.raises(InvalidCredentials, match="no token for the pickled session"):
        pickle.loads(frozen).session.get_user_profile()
    save_profile(SessionConfig("https://other.example.com", "x"), "aaa")
    save_profile(orion.config(), "mine")
    thawed = pickle.loads(frozen)
    thawed.session.refresh_resource(thawed)
    assert thawed == made
    assert thawed.session.config.project == 3
    assert thawed.session.config.profile == "mine"
    remove_profile("mine")
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    assert pickle.loads(frozen).session.get_user_profile().username == "ada"
    monkeypatch.setenv("ORION_URL", "https://elsewhere.example.com")
    with pytest.raises(OrionError, match="no token for the pickled session"):
        restore_config(session.config.origin, None, os.environ)


def test_environ_of_the_local_orion(orion: LocalOrion, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in orion.environ.items():
        monkeypatch.setenv(name, value)
    assert OrionSession().get_current_project().id == orion.config().project
