"""The run: poll, step, save, publish. A process of its own, without a screen."""
