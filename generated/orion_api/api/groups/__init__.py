"""Operations of `groups`, one module per operation."""
