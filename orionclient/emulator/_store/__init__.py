"""Stored resources of the local Orion: database, contents, listings, permissions."""
