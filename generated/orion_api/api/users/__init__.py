"""The operations of the kind `users`, one module each."""
