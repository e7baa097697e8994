"""The revisions of the store, in order: ``rNNNN_what.py``, run by Alembic. One that was released never changes."""
