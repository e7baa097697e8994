"""What the operator wrote: the site file, found, read, validated, every problem named."""
