"""Operations of `molsearch`, one module per operation."""
