"""What the operator sees: a disposable viewer of the watch."""
