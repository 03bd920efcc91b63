"""The operations of the kind `shares`, one module each."""
