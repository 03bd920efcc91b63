"""Operations of `packages`, one module per operation."""
