"""The watch in sentences, one a line: for screen readers, simple terminals and pipes. Loads nothing that draws."""
