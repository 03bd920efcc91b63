"""Facts of the process: clock, locks, cancellation, temporary folders and warnings."""
