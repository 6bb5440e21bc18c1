"""Talks HTTP."""
