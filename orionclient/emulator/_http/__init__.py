"""HTTP of the local Orion: application, validated calls, pages, idempotency keys and connections."""
