"""Operations of `billing`, one module per operation."""
