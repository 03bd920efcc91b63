"""Operations of `tokens`, one module per operation."""
