"""Operations of `jobs`, one module per operation."""
