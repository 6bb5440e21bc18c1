"""What self-contained pages share: a policy that forbids the network, packing, colours, small scripts."""

from mgllm.pages._bundling import asset, bundle
from mgllm.pages._packing import pack
from mgllm.pages._templating import page_environment
from mgllm.pages._visible import HIDDEN, visible
from mgllm.pages.shell import policy

__all__ = ["HIDDEN", "asset", "bundle", "pack", "page_environment", "policy", "visible"]
