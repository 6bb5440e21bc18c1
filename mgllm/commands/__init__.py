"""What the commands do: each file joins shelves of the layer below and has one public function."""
