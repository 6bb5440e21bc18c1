"""The conditions of the experiment, and the check that they differ only in speech and cues."""
