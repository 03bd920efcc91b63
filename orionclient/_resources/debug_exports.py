"""Write the zip file of a debug export, with tokens, passwords and the queries of URLs redacted."""

from __future__ import annotations

import io
import json
import os
import re
import zipfile
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from orionclient._transfer.names import check_path
from orionclient._transfer.part_files import PartFile, disk_space_errors
from orionclient.exceptions import redact

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import IO, BinaryIO

_REDACTED: Final = "***"
# All entries have the same time, so that two exports of the same job are equal.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_NAME: Final = "(?:token|passw(?:or)?d|passphrase|secret|credentials?|signature|(?:api|access|private|secret)[_-]?key)"
_HEADER: Final = "(?:authorization|cookie)"
_SEPARATOR: Final = r"\\?[\"']?\s{0,9}[=:]\s{0,9}"
_QUOTED: Final = "\"[^\"]*\"|'[^']*'"
_RULES: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), replacement + _REDACTED)
    for pattern, replacement in (
        # User and password of a URL, and its query, which may contain a signature.
        (r"(://)[^\s/@\"'<>]{1,999}(?=@)", r"\1"),
        (r"(https?://[^\s?\"'<>]*\?)[^\s\"'<>]+", r"\1"),
        (r"\b((?:bearer|basic|token)[: ]\s{0,9})[\w.~+/=-]{8,}", r"\1"),
        (rf"({_HEADER}{_SEPARATOR})(?:{_QUOTED}|.+)", r"\1"),
        (rf"({_NAME}{_SEPARATOR})(?:{_QUOTED}|[^\s,;&}}\]]+)", r"\1"),
    )
)
_SECRET_FIELD: Final = re.compile(f".*(?:{_NAME}|{_HEADER})", re.IGNORECASE)
# The values of tokens are long random words.
_LONG_WORD: Final = re.compile(r"[A-Za-z0-9_-]{32,}")
_MIN_CHANGES: Final = 0.4
_KEY_START, _KEY_END = re.compile("-----BEGIN [A-Z ]*PRIVATE KEY-----"), re.compile("-----END [A-Z ]*PRIVATE KEY-----")


_README: Final = """Debug export of job {job}.

job.json            the job
specification.json  the floe that it runs, with the specification of its parameters; null if it cannot be read
parameters.json     the parameters of the job, for: ocli jobs start FLOE NAME --param-file parameters.json
log.txt             the log of the job

Secrets are there by id only, and no settings of the client. Tokens, passwords, private keys and the queries of URLs are replaced by ***
where they are recognized. Read the log before you pass it on: other confidential output of the job is unchanged."""


def write_export(
    target: str | os.PathLike[str] | BinaryIO,
    documents: Mapping[str, Any],
    log: Iterable[str],
    job: int,
    secrets: Sequence[str],
) -> None:
    """Write the zip file of a debug export.

    Args:
        target: The path, which is replaced when the file is complete; or an open binary file.
        documents: Name of a JSON file -> its value.
        log: The lines of the log.
        job: Id of the job.
        secrets: Values that are redacted, in addition to those that are recognized.
    """
    if not isinstance(target, str | os.PathLike):
        _write_archive(target, documents, log, job, secrets)
        return
    path = Path(os.path.realpath(check_path(target)))
    partial_file = PartFile(path)
    try:
        partial_file.truncate()
        with disk_space_errors(path), io.BufferedWriter(cast("Any", partial_file.open_at(0))) as stream:
            _write_archive(stream, documents, log, job, secrets)
        partial_file.commit(durable=False)
    finally:
        partial_file.close()


def _write_archive(
    stream: IO[bytes], documents: Mapping[str, Any], log: Iterable[str], job: int, secrets: Sequence[str]
) -> None:
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, value in documents.items():
            lines = json.dumps(redact_value(value, secrets), indent=2, ensure_ascii=False).split("\n")
            _write_lines(archive, name, lines)
        _write_lines(archive, "log.txt", redact_lines(log, secrets))
        _write_lines(archive, "README", _README.format(job=job).splitlines())


def _write_lines(archive: zipfile.ZipFile, name: str, lines: Iterable[str]) -> None:
    entry = zipfile.ZipInfo(name, _DATE)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o600 << 16
    with archive.open(entry, "w", force_zip64=True) as file:
        for line in lines:
            file.write(f"{line}\n".encode("utf-8", "backslashreplace"))


def redact_value(value: Any, secrets: Sequence[str], name: str = "") -> Any:
    """Redact the strings in a JSON value.

    Args:
        value: The value.
        secrets: Values to redact, in addition to those that are recognized.
        name: Name of the field that has the value; the string in a field such as `password` is redacted.

    Returns:
        The redacted value. Numbers stay: secrets are referenced by their ids.
    """
    if isinstance(value, dict):
        return {each: redact_value(item, secrets, each) for each, item in value.items()}
    if isinstance(value, list):
        return [redact_value(item, secrets, name) for item in value]
    if not isinstance(value, str):
        return value
    if value and _SECRET_FIELD.fullmatch(name):
        return _REDACTED
    return "\n".join(redact_lines(value.split("\n"), secrets))


def redact_lines(lines: Iterable[str], secrets: Sequence[str]) -> Iterator[str]:
    """Redact lines.

    Args:
        lines: The lines.
        secrets: Values to redact, in addition to those that are recognized.

    Yields:
        The redacted lines.
    """
    in_key = False
    for line in lines:
        starts, ends = _KEY_START.search(line), _KEY_END.search(line)
        if starts or in_key:
            in_key = not ends
            yield _REDACTED
            continue
        shown = redact(line, secrets)
        for pattern, replacement in _RULES:
            shown = pattern.sub(replacement, shown)
        yield _LONG_WORD.sub(_redact_random, shown)


def _redact_random(found: re.Match[str]) -> str:
    """Redact a word in which upper case, lower case and digits alternate too often for a name."""
    kinds = [each.isdigit() + 2 * each.isupper() for each in found[0] if each not in "_-"]
    changes = sum(first != second for first, second in pairwise(kinds))
    return _REDACTED if changes >= _MIN_CHANGES * len(kinds) and {0, 1, 2} <= {*kinds} else found[0]
