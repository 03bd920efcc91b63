"""The operations of the kind `shards`, one module each."""
