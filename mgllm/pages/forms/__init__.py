"""The form that a person answers: one file, no network, no names."""
