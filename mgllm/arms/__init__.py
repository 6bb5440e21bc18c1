"""The conditions, and the proof that they differ in the cues alone."""
