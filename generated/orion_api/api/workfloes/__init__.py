"""The operations of the kind `workfloes`, one module each."""
