"""Runs a model."""
