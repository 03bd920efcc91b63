"""Operations of `projects`, one module per operation."""
