"""The operations of the kind `folders`, one module each."""
