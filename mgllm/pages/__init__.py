"""Common parts of self-contained pages: a policy that forbids the network, packing, colours, small
scripts."""

from mgllm.pages.shell import HIDDEN, asset, bundle, pack, page_environment, policy, visible

__all__ = ["HIDDEN", "asset", "bundle", "pack", "page_environment", "policy", "visible"]
