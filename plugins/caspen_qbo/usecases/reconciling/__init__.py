"""The nightly proof that both sides are equal."""
