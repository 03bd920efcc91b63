"""Operations of `workfloes`, one module per operation."""
