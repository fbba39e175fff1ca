"""Lists that are filtered, sorted and cut into pages by their address, and the same as CSV files."""
