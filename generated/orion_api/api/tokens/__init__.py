"""The operations of the kind `tokens`, one module each."""
