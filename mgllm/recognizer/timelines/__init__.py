"""From windows over a recording to gestures with times."""
