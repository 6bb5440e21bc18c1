"""Ways in which models and servers are known to behave, as models of a loopback server.

`with Zoo() as zoo:` serves them at `zoo.url`; `python -m mgllm.testing.zoo` serves them as a
process. docs/zoo.md lists what each does, and what a correct harness records.
"""
