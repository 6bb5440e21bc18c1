"""Models that can be asked; `base.py` holds the contract."""
