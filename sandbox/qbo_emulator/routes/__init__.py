"""HTTP: the API, OAuth, the control door, the pages."""
