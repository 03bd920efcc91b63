"""The operations of the kind `files`, one module each."""
