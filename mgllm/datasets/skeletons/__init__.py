"""Importers of skeleton data sets."""
