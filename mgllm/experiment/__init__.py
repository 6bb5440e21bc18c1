"""Decides which questions a run asks, asks them, and writes the answers."""
