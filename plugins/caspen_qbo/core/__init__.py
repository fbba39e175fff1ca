"""What to do, decided without network, database, clock or chance: plain functions over plain values."""
