"""From windows to timed gestures."""
