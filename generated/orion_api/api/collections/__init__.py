"""The operations of the kind `collections`, one module each."""
