"""What a backfill may link, post or leave."""
