"""Operations of `folders`, one module per operation."""
