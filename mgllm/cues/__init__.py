"""Gestures as lines of a prompt."""
