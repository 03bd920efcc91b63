"""The operations of the kind `tags`, one module each."""
