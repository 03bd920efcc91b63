"""Commands of `ocli`, by group."""
