"""Running jobs of the local Orion: packages, job specifications and processes."""
