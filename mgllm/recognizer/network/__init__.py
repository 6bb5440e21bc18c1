"""The two streams, their fusion, and the folder that they are stored in."""
