"""Runs a model on this machine."""
