"""Models that can be asked; `base.py` has the contract."""
