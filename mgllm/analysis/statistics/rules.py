"""Which rules of statistics a summary was made by."""

STATISTICS = "2"
"""Raised whenever the same records give other numbers or words; stands in every `summary.json`, so that one
of before is not taken for one that somebody changed. 2: degrees of freedom by class, verdicts, leaks."""
