"""The operations of the kind `projects`, one module each."""
