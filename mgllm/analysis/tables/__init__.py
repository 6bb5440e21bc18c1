"""What is shown of the numbers."""
