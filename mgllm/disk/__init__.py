"""What is written stays complete: through a kill, a full disk and a second writer."""
