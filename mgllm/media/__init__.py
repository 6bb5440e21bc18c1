"""What is seen and heard in recordings."""
