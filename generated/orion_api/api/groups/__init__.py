"""The operations of the kind `groups`, one module each."""
