"""What is posted, in which form, and what to do with each document."""
