"""Widgets of the live screens: they draw by lines, keep no layout of their own and refresh only what changed."""
