"""What a person may decide about a listed document."""
