"""The form for raters: one file, no network, no names."""
