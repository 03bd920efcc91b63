"""Names for files, made from names that somebody else chose: safe on Linux, macOS and Windows, and different within a folder."""

from orionclient.transfer.names import UniqueFilenames, safe_filename

__all__ = ["UniqueFilenames", "safe_filename"]
