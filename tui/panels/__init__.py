"""The panels of the Watch screen, one file each."""
