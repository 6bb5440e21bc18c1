"""Prompts from templates; the only place that knows Jinja."""
