"""Ways in which models and servers are known to behave, as models of a loopback server.

`with Zoo() as zoo:` serves them at `zoo.url`; `python -m mgllm.testing.zoo` does as a process of its own.
What each does, and what a right harness makes of it, stands in docs/zoo.md.
"""
