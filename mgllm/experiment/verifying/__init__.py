"""Whether a run folder is whole: checks on a shelf, and what reading warns of."""
