"""The operations of the kind `billing`, one module each."""
