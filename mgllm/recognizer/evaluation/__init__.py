"""How well the recogniser works."""
