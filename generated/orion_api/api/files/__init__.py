"""Operations of `files`, one module per operation."""
