"""The operations of the kind `organizations`, one module each."""
