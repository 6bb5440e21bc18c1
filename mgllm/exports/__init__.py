"""Formats that gesture transcripts can be written in; `base.py` has the contract."""
