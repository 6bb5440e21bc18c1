"""Item sets, and how gestures and speech are joined to them."""
