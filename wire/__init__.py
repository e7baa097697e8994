"""What the watch and the screens say to each other: small, typed, versioned, over a Unix socket."""
