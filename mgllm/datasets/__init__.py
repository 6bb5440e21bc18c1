"""Importers of data sets and annotation formats; `base.py` holds the contract."""
