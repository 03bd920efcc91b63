"""HTTP of the local Orion: application, requests, contract validation and responses."""
