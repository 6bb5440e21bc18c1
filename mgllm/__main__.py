"""`python -m mgllm`."""

from mgllm.cli import main

if __name__ == "__main__":
    main()
