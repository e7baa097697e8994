"""The screens: what fills the terminal, one at a time, and the dialogs above them."""
