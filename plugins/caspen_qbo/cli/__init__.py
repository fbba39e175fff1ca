"""The command line: the same use cases as the DAGs and the pages."""
