"""Build safe, unique file names for Linux, macOS and Windows from arbitrary names."""

from orionclient._transfer.names import UniqueFilenames, safe_filename

__all__ = ["UniqueFilenames", "safe_filename"]
