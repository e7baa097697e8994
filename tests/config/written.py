"""A site file of these bytes, read as any other."""

from __future__ import annotations

import tempfile
from pathlib import Path

from config.load import Loaded, load_site


def load_bytes(data: bytes, name: str = "watchkeeper.toml") -> Loaded:
    """What comes of a file ``name`` that holds ``data``."""
    with tempfile.TemporaryDirectory(prefix="wk-") as folder:
        path = Path(folder, name)
        path.write_bytes(data)
        return load_site(path)
