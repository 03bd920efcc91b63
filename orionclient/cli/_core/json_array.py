"""Convert JSON lines to a JSON array while they are written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from typing import BinaryIO


class JsonArrayWriter:
    r"""A writable stream that converts JSON lines to one array, in bounded memory.

    Args:
        stream: The stream that the array is written to.
        name: Name of the file.

    Example:
        >>> import io
        >>> from orionclient.cli._core.json_array import JsonArrayWriter
        >>> stream = io.BytesIO()
        >>> with JsonArrayWriter(stream, "x.json") as writer:
        ...     _ = writer.write(b'{"a": 1}\n{"a":'), writer.write(b" 2}\n")
        >>> stream.getvalue()
        b'[\n{"a": 1},\n{"a": 2}\n]\n'
    """

    def __init__(self, stream: BinaryIO, name: str) -> None:
        self.name = name
        self._stream = stream
        self._line = b""
        self._is_empty = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is None:
            self._write_line(self._line)
            self._stream.write(b"[]\n" if self._is_empty else b"\n]\n")

    def write(self, chunk: bytes) -> int:
        """Convert and write a chunk.

        Args:
            chunk: The chunk; it may end within a line.

        Returns:
            Its length.
        """
        *lines, self._line = (self._line + chunk).split(b"\n")
        for line in lines:
            self._write_line(line)
        return len(chunk)

    def _write_line(self, line: bytes) -> None:
        if record := line.strip():
            self._stream.write((b"[\n" if self._is_empty else b",\n") + record)
            self._is_empty = False
