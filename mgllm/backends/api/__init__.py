"""Asks models behind servers, over HTTP."""
