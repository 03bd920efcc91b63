"""Base of all resource classes: fields, declarations, listings, polling and creation."""
