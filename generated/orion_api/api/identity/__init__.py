"""The operations of the kind `identity`, one module each."""
