"""Operations of the API: one package per resource type, one module per operation."""
