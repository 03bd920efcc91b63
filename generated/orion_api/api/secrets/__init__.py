"""The operations of the kind `secrets`, one module each."""
