"""Finds the answer in a reply: the label that it names, or that there is none."""
