"""The operations of the kind `packages`, one module each."""
