"""The rules of duty: pure values and pure functions, no I/O and no clock. Time comes in as an argument."""
