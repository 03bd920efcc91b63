"""Operations of `organizations`, one module per operation."""
