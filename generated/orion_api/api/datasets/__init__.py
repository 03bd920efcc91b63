"""Operations of `datasets`, one module per operation."""
