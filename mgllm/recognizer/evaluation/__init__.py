"""How well it recognises."""
