"""What the hosts say: one connection a host, one probe, pure parsers."""
