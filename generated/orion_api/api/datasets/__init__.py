"""The operations of the kind `datasets`, one module each."""
