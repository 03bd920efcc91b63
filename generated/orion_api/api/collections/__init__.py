"""Operations of `collections`, one module per operation."""
