"""Operations of `secrets`, one module per operation."""
