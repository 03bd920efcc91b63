"""The operations of the kind `uploads`, one module each."""
