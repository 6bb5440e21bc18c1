"""Which rules of statistics a summary was made by."""

STATISTICS = "3"
"""Raised whenever the same records give other numbers or words. It is in every `summary.json`, so
that an older summary is not taken for one that somebody changed. 2: degrees of freedom by class,
verdicts, leaks. 3: the same numbers in plainer words."""
