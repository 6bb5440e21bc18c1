"""Encoders of skeleton clips; `base.py` has the contract."""
