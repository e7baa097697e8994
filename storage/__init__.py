"""What we keep: records through SQLModel, append-only."""
