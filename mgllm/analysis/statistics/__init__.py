"""The numbers."""
