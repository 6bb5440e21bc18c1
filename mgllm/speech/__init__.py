"""Transcripts of speech, as other programs write them, into turns: one file of ours for each kind of file."""
