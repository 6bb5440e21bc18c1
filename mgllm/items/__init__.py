"""Item sets, and what joins gestures and speech to them."""
