"""Encoders of skeleton clips; `base.py` holds the contract."""
