"""Validate values that are sent as JSON, before a request."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from orionclient._transport.request import check_encodable
from orionclient.exceptions import ValidationError

# Documented as 256 kB of JSON; that 1 kB is 1024 bytes of compact UTF-8 JSON is assumed.
_MAX_METADATA_BYTES: Final = 256 * 1024


def check_json(what: str, value: Any) -> str:
    """Serialize a value as compact JSON.

    Args:
        what: Name of the value, for the message.
        value: The value.

    Returns:
        The JSON.

    Raises:
        ValidationError: The value is not JSON serializable.
    """
    try:
        return json.dumps(value, allow_nan=False, ensure_ascii=False, separators=(",", ":"))
    except (TypeError, ValueError) as error:
        advice = "; pass resources by id" if isinstance(error, TypeError) else ""
        raise ValidationError(f"{what} is not JSON serializable: {error}{advice}") from None


def check_mapping(what: str, given: Any) -> dict[str, Any] | None:
    """Copy a mapping that is sent as a JSON object.

    Args:
        what: Name of the value, for the message.
        given: The mapping; None if there is none.

    Returns:
        A deep copy; None if there is none.

    Raises:
        ValidationError: The value is not a mapping, or not JSON serializable.
    """
    if given is None:
        return None
    if not isinstance(given, Mapping):
        raise ValidationError(f"{what} must be a mapping, not {type(given).__name__}")
    copied: dict[str, Any] = json.loads(check_json(what, dict(given)))
    return copied


def check_metadata(metadata: Any) -> dict[str, Any] | None:
    """Validate the metadata of a collection or shard.

    Args:
        metadata: The metadata; None if there is none.

    Returns:
        A deep copy; None if there is none.

    Raises:
        ValidationError: The metadata is not a JSON-serializable mapping, or is larger than 256 kB; the message has the size.
    """
    copied = check_mapping("metadata", metadata)
    check_encodable(copied, "metadata")
    size = len(check_json("metadata", copied).encode())
    if size > _MAX_METADATA_BYTES:
        raise ValidationError(f"the metadata has {size} bytes as JSON; the maximum is {_MAX_METADATA_BYTES}")
    return copied
