"""HTTP: the API, OAuth, the control API, the pages."""
