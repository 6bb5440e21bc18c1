"""The commands of `mgllm recognizer`."""
