"""Code without dependencies for every layer: clock, locks, cancellation, temporary folders, warnings, rules of job parameters."""
