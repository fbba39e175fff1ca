"""Whether everything that should run did."""
