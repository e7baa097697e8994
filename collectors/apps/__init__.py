"""Applications asked from this console or from a host: TCP, TLS, HTTP, and check commands."""
