"""Who is asked what, and the answers."""
