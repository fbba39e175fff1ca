"""The morning mail: its wishes, what it would say now, a test."""
