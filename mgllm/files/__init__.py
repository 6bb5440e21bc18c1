"""Reading untrusted files, and writing complete ones."""
