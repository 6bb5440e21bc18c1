"""Importers of annotation tools."""
