"""`make compose-test`: docker-compose.yaml brought up, used for a practice's day, broken and checked."""
