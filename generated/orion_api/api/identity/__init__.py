"""Operations of `identity`, one module per operation."""
