"""Moving content: where it comes from, where it goes, and the proof that it arrived whole."""
