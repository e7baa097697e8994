"""The command line: finds the site, attaches or starts, and every verb that needs no screen."""

__version__ = "0.1.0"
