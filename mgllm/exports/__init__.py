"""Formats that gesture transcripts can be written in; `base.py` holds the contract."""
