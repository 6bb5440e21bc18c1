"""Transcripts of speech, as other programs write them, into turns: one module for each format."""
