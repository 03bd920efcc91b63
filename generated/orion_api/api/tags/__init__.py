"""Operations of `tags`, one module per operation."""
