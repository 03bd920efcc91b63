"""One folder per kind of resource, one module per operation."""
