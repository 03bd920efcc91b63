"""Operations of `shares`, one module per operation."""
