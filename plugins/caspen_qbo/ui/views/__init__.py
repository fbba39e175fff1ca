"""View models: frozen values whose every number, date and amount is already a text."""
