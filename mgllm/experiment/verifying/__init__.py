"""Checks whether a run folder is complete and unchanged, for `mgllm verify` and for warnings."""
