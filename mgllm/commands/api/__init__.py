"""The Python face: what `import mgllm` offers, a file for each function."""
