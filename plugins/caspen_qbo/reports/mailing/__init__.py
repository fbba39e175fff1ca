"""The morning mail in words: its subject, its plain text and its page."""
