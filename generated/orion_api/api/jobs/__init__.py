"""The operations of the kind `jobs`, one module each."""
