"""Configuration of sessions: SessionConfig, profiles, environment variables and their precedence."""

from __future__ import annotations

import configparser
import contextlib
import os
import re
import shlex
import stat
import tempfile
import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import urlsplit

from attrs import astuple, evolve, field, frozen

from orionclient._runtime.locks import CAN_LOCK_FILES, LockedFile
from orionclient._runtime.plain import to_plain
from orionclient._runtime.user_files import decode_utf8, expand_home
from orionclient._transport.checks import is_loopback, parse_origin
from orionclient.exceptions import UNSAFE, InvalidCredentials, ValidationError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

__all__ = [
    "SessionConfig",
    "get_active_path",
    "get_config_path",
    "get_profile_config",
    "in_orion",
    "read_active_profile",
    "read_profiles",
    "remove_profile",
    "resolve",
    "restore_config",
    "save_profile",
    "update_profile",
]

DEFAULT_PROFILE: Final = "default"
#: The profile that `ocli local start` writes.
LOCAL_PROFILE: Final = "local"
_MAX_FILE: Final = 1 << 20
_KEYS: Final = (
    "url", "username", "token", "project", "ca_file", "proxy", "allow_http", "header_form", "verify", "client_cert", "client_key",
)  # fmt: skip
_PATHS: Final = ("ca_file", "client_cert", "client_key")


def _normalize_url(url: str) -> str:
    url = url.strip()
    if not url:
        raise ValidationError("the URL of the Orion stack is empty")
    if "://" not in url:
        url = f"https://{url}"
    parse_origin(url)
    parts = urlsplit(url)
    if parts.query or parts.fragment or parts.path.strip("/"):
        raise ValidationError(
            "the URL of the Orion stack must have no path or query, for example https://orion.example.com"
        )
    return f"{parts.scheme}://{parts.netloc.lower()}"


def _check_token(token: str) -> str:
    if any(character < "!" or character > "~" for character in token):
        raise ValidationError(
            "invalid token (not shown): it contains white space, a line break or a non-ASCII character; copy it again"
        )
    return token


def _parse_project(project: int | str | None) -> int | None:
    project = to_plain(project)
    if project in {None, ""}:
        return None
    if isinstance(project, bool) or not str(project).isascii() or not str(project).isdigit():
        raise ValidationError(f"project must be the id of a project (an integer), not {project!r:.60}")
    return int(str(project))


@frozen
class SessionConfig:
    """Endpoint and credentials of a session. Immutable; the token is redacted in `repr` and not pickled.

    Args:
        url: URL of the stack, for example ``https://orion.example.com``. The scheme defaults to ``https://``.
        token: API token of the user. Defaults to "", no token.
        username: Name of the user, for display only.
        project: Id of the project for new resources. If omitted, the user's default project.
        profile: Name of the profile that the configuration was read from; None if none.
        ca_file: File of CA certificates to trust in addition to the system's; ``~`` is the home directory. In a profile, a relative path
            starts at the folder of the profile file, else at the working directory. Optional.
        proxy: URL of an http, https, socks5 or socks5h proxy for all hosts except loopback addresses; a SOCKS proxy needs the extra
            `socks`. If omitted, the proxy variables of the environment apply.
        allow_http: True allows sending the token over unencrypted http to another machine.
        header_form: ``space`` sends ``Token <value>``, ``colon`` the published ``Token:<value>``.
        verify: False accepts any certificate of the server, with a `UserWarning` for every https request. No environment variable
            does the same.
        client_cert: PEM file of a client certificate and its chain, for servers that require one; a path like that of `ca_file`. Only the
            server of `url` gets it, and no proxy or other server that a redirect or a presigned URL leads to. Optional.
        client_key: PEM file of its private key. If omitted, `client_cert` contains the key too. ``ORION_CLIENT_KEY_PASSWORD`` is the
            password of an encrypted key.

    Raises:
        ValidationError: A value is not valid. The message never contains the token.
    """

    url: str = field(converter=_normalize_url)
    token: str = field(default="", converter=_check_token, repr=lambda token: "'***'" if token else "''")
    username: str = ""
    project: int | None = field(default=None, converter=_parse_project)
    profile: str | None = None
    ca_file: str | None = None
    proxy: str | None = field(default=None, repr=lambda proxy: "None" if proxy is None else "'***'")
    allow_http: bool = False
    header_form: str = "space"
    verify: bool = True
    client_cert: str | None = None
    client_key: str | None = None

    def __attrs_post_init__(self) -> None:
        if self.client_key and not self.client_cert:
            raise ValidationError(
                "client_key is set but client_cert is not; set client_cert to the file of the certificate"
            )
        if self.header_form not in {"space", "colon"}:
            raise ValidationError(f"header_form must be 'space' or 'colon', not {self.header_form!r:.60}")
        if not isinstance(self.verify, bool):
            raise ValidationError("verify must be True or False; set ca_file to trust other certificates")
        scheme, host, _ = self.origin
        if scheme == "http" and not self.allow_http and not is_loopback(host):
            raise ValidationError(
                f"http://{host} would send the token unencrypted; use https, or set allow_http = true in the profile"
            )

    def __reduce__(self) -> tuple[Any, ...]:
        return SessionConfig, astuple(evolve(self, token="", proxy=None))  # secrets are not pickled  # nosec B106

    @property
    def origin(self) -> tuple[str, str, int]:
        """Scheme, host and port of the stack, the only origin that the token is sent to."""
        return parse_origin(self.url)

    @property
    def authorization(self) -> str:
        """Value of the Authorization header."""
        return f"Token {self.token}" if self.header_form == "space" else f"Token:{self.token}"


def in_orion(environ: Mapping[str, str] | None = None) -> bool:
    """Check whether this code runs inside an Orion job.

    Args:
        environ: Environment variables. Defaults to those of the process.

    Returns:
        True if ``ORION_JOB_ID``, which Orion sets in jobs (documented), is not empty. How the original decides is not published.

    Example:
        >>> from orionclient.session import in_orion
        >>> in_orion()
        False
    """
    return bool((os.environ if environ is None else environ).get("ORION_JOB_ID"))


def get_config_path(environ: Mapping[str, str] | None = None) -> Path:
    """Return the path of the profile file.

    Args:
        environ: Environment variables. Defaults to those of the process.

    Returns:
        ``ORION_CONFIG`` if set, in which ``~`` is the home directory, else ``~/.orion/config``. The file need not exist.

    Raises:
        ValidationError: No home directory is known.
    """
    environ = os.environ if environ is None else environ
    named = environ.get("ORION_CONFIG")
    try:
        return Path(expand_home(named or "~/.orion/config", environ))
    except ValueError as error:
        raise ValidationError(
            f"ORION_CONFIG: {error}" if named else "no home directory is known; set ORION_CONFIG to the profile file"
        ) from None


def read_profiles(path: Path | None = None) -> dict[str, dict[str, str]]:
    """Read all profiles.

    Args:
        path: The profile file. Defaults to `get_config_path()`.

    Returns:
        Profile name -> settings as strings; empty if the file does not exist. A `UserWarning` is emitted if other users can read the
        file, or if it belongs to another user.

    Raises:
        ValidationError: The file cannot be read, is too large or is not an INI file.
    """
    path = get_config_path() if path is None else path
    try:
        status = path.stat()
        if status.st_size > _MAX_FILE:
            raise ValidationError(f"cannot read profiles from {path}: the file is larger than {_MAX_FILE >> 20} MiB")
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise ValidationError(f"cannot read profiles from {path}: {error.strerror}") from None
    if os.name == "posix" and status.st_uid != os.geteuid():
        # The owner of the file can read the tokens and redirect them to another host, whatever the file mode is.
        warnings.warn(f"{path} contains tokens and belongs to another user; use a copy of your own", stacklevel=2)
    elif os.name == "posix" and stat.S_IMODE(status.st_mode) & 0o077:
        warnings.warn(f"{path} contains tokens and is readable by other users; run: chmod 600 {path}", stacklevel=2)
    parser = _make_parser()
    try:
        parser.read_string(decode_utf8(content))
    except ValueError as error:
        raise ValidationError(f"cannot read profiles from {path}: {error}") from None
    except configparser.Error as error:
        # The parser's message quotes the invalid line, which may contain a token, so only the line number is shown.
        lines = [line for line, _ in getattr(error, "errors", [])] or [getattr(error, "lineno", None)]
        where = f" (line {lines[0]})" if lines[0] else ""
        twice = {configparser.DuplicateSectionError: "the profile", configparser.DuplicateOptionError: "the setting"}
        again = twice.get(type(error))
        reason = f"{again} is there twice" if again else "each profile starts with its name in [brackets]"
        raise ValidationError(f"{path} is not a valid profile file{where}; {reason}").with_hints(
            "correct the file; show its path with: ocli config path"
        ) from None
    return {name: dict(parser[name]) for name in parser.sections()}


def save_profile(config: SessionConfig, name: str, path: Path | None = None) -> None:
    """Save one profile; the others stay unchanged.

    Args:
        config: The settings.
        name: Name of the profile.
        path: The profile file. Defaults to `get_config_path()`. The folder is created with mode 0700, the file with mode 0600; the file
            is replaced atomically.

    Raises:
        ValidationError: The name or a value cannot be stored in an INI file; the message names the setting, not the value.
    """
    if not name or name != name.strip() or any(character in "[]\r\n" for character in name) or name == "DEFAULT":
        raise ValidationError(f"{name!r:.60} is not a valid profile name")
    values = {key: getattr(config, key) for key in _KEYS}
    for key in _PATHS:
        if values[key] and not values[key].startswith("~"):
            # In the file, a relative path starts at the folder of the file.
            values[key] = os.path.abspath(values[key])  # noqa: PTH100 - a setting, not a path of ours
    values["allow_http"] = "true" if config.allow_http else None
    values["header_form"] = None if config.header_form == "space" else config.header_form
    values["verify"] = None if config.verify else "false"
    for key, value in values.items():
        # A line break would be read back as another setting or profile.
        if re.search(f"[{UNSAFE}]", str(value or "")):
            raise ValidationError(f"cannot save the profile: {key} contains a control character")
    _replace_profile(path, name, {name: {key: value for key, value in values.items() if value not in {None, ""}}})


def remove_profile(name: str, path: Path | None = None) -> bool:
    """Remove one profile from the file.

    Args:
        name: Name of the profile.
        path: The profile file. Defaults to `get_config_path()`.

    Returns:
        True if the profile existed.
    """
    found = name in read_profiles(path)
    if found:
        _replace_profile(path, name, {})
    return found


def update_profile(
    name: str, *, token: str | None = None, project: int | None = None, path: Path | None = None
) -> bool:
    """Change settings of one profile in the file; its other settings stay unchanged.

    Args:
        name: Name of the profile.
        token: The new token. Defaults to the present one.
        project: Id of the project of new resources. Defaults to the present one.
        path: The profile file. Defaults to `get_config_path()`.

    Returns:
        True if the profile exists.

    Raises:
        ValidationError: The token contains characters that are not valid.
    """
    found = name in read_profiles(path)
    given = {"token": token and _check_token(token), "project": _parse_project(project)}
    if found:
        values = {key: str(value) for key, value in given.items() if value}
        _replace_profile(path, name, {name: values}, keep=True)
    return found


def _make_parser() -> configparser.RawConfigParser:
    return configparser.RawConfigParser(default_section="", delimiters=("=",), comment_prefixes=("#", ";"), strict=True)


def _replace_profile(path: Path | None, name: str, profiles: dict[str, dict[str, Any]], *, keep: bool = False) -> None:
    # A symbolic link is followed: the file that it names is replaced, so that no old token is left there.
    path = (get_config_path() if path is None else path).resolve()
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _lock_file(path.with_name(path.name + ".lock")):
        parser = _make_parser()
        parser.read_dict(read_profiles(path))
        if not keep:
            parser.remove_section(name)
        parser.read_dict(profiles)
        # mkstemp creates the file with mode 0600 and an unpredictable name; the rename replaces the old file atomically.
        handle, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as stream:
                parser.write(stream)
                stream.flush()
                os.fsync(stream.fileno())
            Path(temporary).replace(path)
        except BaseException:
            Path(temporary).unlink(missing_ok=True)
            raise


@contextlib.contextmanager
def _lock_file(path: Path) -> Iterator[None]:
    if not CAN_LOCK_FILES:  # pragma: no cover - Windows, where only the atomic rename protects the file
        yield
        return
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    path.chmod(0o600)
    with contextlib.closing(LockedFile(descriptor, wait=True)):
        yield


def get_active_path(environ: Mapping[str, str] | None = None) -> Path:
    """Return the path of the file that stores the choice of ``ocli config use``.

    Args:
        environ: Environment variables. Defaults to those of the process.

    Returns:
        The path, in the folder of the profile file. The file need not exist.

    Raises:
        ValidationError: No home directory is known.
    """
    path = get_config_path(environ)
    return path.with_name(f"{path.name}.active")


def read_active_profile(environ: Mapping[str, str] | None = None) -> str | None:
    """Read the profile that ``ocli config use`` chose.

    Args:
        environ: Environment variables. Defaults to those of the process.

    Returns:
        Name of the profile; None if none was chosen.

    Raises:
        ValidationError: The file cannot be read, or no home directory is known.
    """
    path = get_active_path(environ)
    try:
        return decode_utf8(path.read_bytes()).strip() or None
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise ValidationError(f"cannot read the choice of ocli config use from {path}: {error}") from None


def _load_default_profile(environ: Mapping[str, str]) -> SessionConfig:
    if name := environ.get("ORION_PROFILE"):
        return _load_profile(name, environ, ", named by ORION_PROFILE,")
    if name := read_active_profile(environ):
        return _load_profile(name, environ, ", chosen by ocli config use,")
    return _load_profile(DEFAULT_PROFILE, environ)


def _load_profile(name: str, environ: Mapping[str, str], source: str = "") -> SessionConfig:
    path = get_config_path(environ)
    profiles = read_profiles(path)
    if name not in profiles:
        known = (
            f"known profiles: {', '.join(sorted(profiles))}"
            if profiles
            else "the file has no profiles"
            if path.exists()
            else "the file does not exist"
        )
        unset = "ORION_URL is not set and there is " if name == DEFAULT_PROFILE and not environ.get("ORION_URL") else ""
        raise InvalidCredentials(f"{unset}no profile {name!r:.60}{source} in {path}; {known}").with_hints(
            *_configuration_hints(name)
        )
    values = profiles[name]
    if not values.get("url"):
        raise InvalidCredentials(f"profile {name!r} in {path} has no url").with_hints(*_configuration_hints(name))
    given: dict[str, Any] = {key: values[key] for key in _KEYS if key in values}
    given["allow_http"] = values.get("allow_http", "").lower() in {"1", "true", "yes", "on"}
    given["verify"] = values.get("verify", "").lower() not in {"0", "false", "no", "off"}
    given |= {
        key: str(path.absolute().parent / given[key])
        for key in _PATHS
        if given.get(key) and not given[key].startswith("~")
    }
    try:
        return SessionConfig(**given, profile=name)
    except ValidationError as error:
        raise ValidationError(f"profile {name!r} in {path}: {error}").with_hints(
            f"correct the file, or save the profile again with: ocli --profile {shlex.quote(name)} config profile"
        ) from None


def _configuration_hints(profile: str = DEFAULT_PROFILE) -> tuple[str, ...]:
    if profile == LOCAL_PROFILE:
        return ("start the local Orion, which writes this profile, with: ocli local start",)
    option = "" if profile == DEFAULT_PROFILE else f" --profile {shlex.quote(profile)}"
    return (
        f"to connect to an Orion stack, run: ocli{option} config profile",
        "to try a local Orion on this machine, run: ocli local start",
    )


def resolve(profile: str | None = None, environ: Mapping[str, str] | None = None) -> SessionConfig:
    """Resolve endpoint and credentials.

    The first source that applies wins: inside a job ``ORION_URL`` with ``ORION_TOKEN``, whatever the profile; the profile named by the
    argument; ``ORION_URL`` with ``ORION_TOKEN``; the profile named by ``ORION_PROFILE``; the profile chosen by ``ocli config use``; the
    profile ``default``. An empty variable counts as unset. ``ORION_PROJECT`` overrides the project of every source, and
    ``ORION_CLIENT_CERT`` with ``ORION_CLIENT_KEY`` the client certificate.

    Args:
        profile: Name of a profile. Optional.
        environ: Environment variables. Defaults to those of the process.

    Returns:
        The configuration.

    Raises:
        InvalidCredentials: No endpoint is configured, or the named profile does not exist; the message says how to configure one.
        ValidationError: A configured value is not valid.
    """
    environ = os.environ if environ is None else environ
    url, token = environ.get("ORION_URL", ""), environ.get("ORION_TOKEN", "")
    inside = in_orion(environ)
    if url and token and (inside or not profile):
        config = SessionConfig(url=url, token=token, username=environ.get("ORION_USERNAME", ""))
    elif (url or token) and not profile and not inside:
        given, missing = ("ORION_URL", "ORION_TOKEN") if url else ("ORION_TOKEN", "ORION_URL")
        raise InvalidCredentials(f"{given} is set but {missing} is not; set both or neither")
    else:
        config = _load_profile(profile, environ) if profile else _load_default_profile(environ)
    if project := environ.get("ORION_PROJECT"):
        try:
            config = evolve(config, project=project)
        except ValidationError as error:
            raise ValidationError(f"ORION_PROJECT: {error}") from None
    return _set_client_certificate(config, environ)


def _set_client_certificate(config: SessionConfig, environ: Mapping[str, str]) -> SessionConfig:
    cert, key = environ.get("ORION_CLIENT_CERT") or None, environ.get("ORION_CLIENT_KEY") or None
    if key and not cert:
        raise ValidationError("ORION_CLIENT_KEY is set but ORION_CLIENT_CERT is not; set both or neither")
    return evolve(config, client_cert=cert, client_key=key) if cert else config


def restore_config(
    origin: tuple[str, str, int], profile: str | None, environ: Mapping[str, str] | None = None
) -> SessionConfig:
    """Resolve the credentials of an unpickled session, since they are not pickled.

    The first source with the same origin wins: the environment, the profile of the pickled session, any other profile.

    Args:
        origin: Scheme, host and port of the pickled session.
        profile: Name of its profile; None if none.
        environ: Environment variables. Defaults to those of the process.

    Returns:
        The configuration.

    Raises:
        InvalidCredentials: No source has a token for that origin.
    """
    environ = os.environ if environ is None else environ
    for candidate in _list_candidates(profile, environ):
        with contextlib.suppress(ValidationError, InvalidCredentials):
            config = candidate()
            if config.origin == origin and config.token:
                return _set_client_certificate(config, environ)
    scheme, host, port = origin
    raise InvalidCredentials(
        f"no token for the pickled session on {scheme}://{host}:{port} in the environment or in {get_config_path(environ)}"
    ).with_hints(*local_hints(host), *_configuration_hints())


def local_hints(host: str) -> tuple[str, ...]:
    """Build the hint of an error about a missing token that may be that of a `LocalOrion` in another process.

    Args:
        host: Host of the server.

    Returns:
        The hint if the host is this machine, else nothing.
    """
    if not is_loopback(host):
        return ()
    return (
        "for a LocalOrion of another process: os.environ.update(orion.environ) there before this one starts, OrionSession() here",
    )


def _list_candidates(profile: str | None, environ: Mapping[str, str]) -> Iterator[Callable[[], SessionConfig]]:
    if environ.get("ORION_URL") and environ.get("ORION_TOKEN"):
        # The profile file is not read if the environment suffices: a container may have no home directory.
        yield partial(resolve, None, environ)
    for name in sorted(read_profiles(get_config_path(environ)), key=lambda name: (name != profile, name)):
        yield partial(_load_profile, name, environ)


def get_profile_config(profile: str | None = None) -> SessionConfig:
    """Get the configuration of a profile.

    Args:
        profile: Name of the profile. If omitted, the profile of `APISession`. Inside a job the job's own configuration is returned,
            whatever the name (documented).

    Returns:
        The configuration.

    Raises:
        InvalidCredentials: There is no such profile; the message names the known ones.
    """
    return resolve(profile)
