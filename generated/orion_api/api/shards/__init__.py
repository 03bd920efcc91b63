"""Operations of `shards`, one module per operation."""
