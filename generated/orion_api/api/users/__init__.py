"""Operations of `users`, one module per operation."""
