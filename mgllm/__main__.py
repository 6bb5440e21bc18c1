"""`python -m mgllm`."""

from mgllm.cli.app import main

if __name__ == "__main__":
    main()
