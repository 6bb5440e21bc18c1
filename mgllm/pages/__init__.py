"""What self-contained pages share: a policy that forbids the network, packing, colours, small scripts."""

from mgllm.pages.bundling import asset, bundle
from mgllm.pages.packing import pack
from mgllm.pages.policy import policy
from mgllm.pages.templating import page_environment
from mgllm.pages.visible import HIDDEN, visible

__all__ = ["HIDDEN", "asset", "bundle", "pack", "page_environment", "policy", "visible"]
