"""The operations of the kind `molsearch`, one module each."""
