"""Operations of `uploads`, one module per operation."""
