"""The guards of :mod:`storage.guards` on PostgreSQL: the same conditions, as triggers that fire in any role.

``TRUNCATE``, which SQLite does not have, is refused as well. Each function names its schema: tables of the same name
elsewhere on a search path, or temporary ones, are never asked instead.
"""

from __future__ import annotations

from sqlalchemy import Connection, text

from storage.guards import GUARDS, Guard

_TRUNCATE = tuple(
    Guard(table, "TRUNCATE", f"{table} is append-only") for table in dict.fromkeys(one.table for one in GUARDS)
)
_ALL = (*GUARDS, *_TRUNCATE)
_PLANS = "SET enable_seqscan = off SET enable_bitmapscan = off SET enable_sort = off"
"""A plan made while a table was small would go through all of it for each new row, for as long as it is kept."""
_PRESENT = text(
    "SELECT t.tgname AS name, c.relname AS table_name, p.prosrc AS body, t.tgenabled AS enabled "
    "FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid JOIN pg_proc p ON p.oid = t.tgfoid "
    "WHERE c.relnamespace = current_schema()::regnamespace AND NOT t.tgisinternal"
)


def unguarded(connection: Connection) -> list[Guard]:
    """Guards that are not there, or not as they should be: one that was changed guards nothing."""
    present = {
        (row.name, row.table_name): row.body for row in connection.execute(_PRESENT) if row.enabled in ("A", b"A")
    }
    return [one for one in _ALL if present.get((one.name, one.table)) != _body(one)]


def guard(connection: Connection, wanted: list[Guard]) -> None:
    """Put these in their places."""
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    for one in wanted:
        each = "STATEMENT" if one.event == "TRUNCATE" else "ROW"
        connection.exec_driver_sql(
            f"CREATE OR REPLACE FUNCTION {one.name}() RETURNS trigger LANGUAGE plpgsql "
            f"SET search_path = {schema}, pg_temp {_PLANS} AS $guard${_body(one)}$guard$"
        )
        connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {one.name} ON {one.table}")
        connection.exec_driver_sql(
            f"CREATE TRIGGER {one.name} BEFORE {one.event} ON {one.table} FOR EACH {each} EXECUTE FUNCTION {one.name}()"
        )
        connection.exec_driver_sql(f"ALTER TABLE {one.table} ENABLE ALWAYS TRIGGER {one.name}")


def _body(one: Guard) -> str:
    refuse = f"RAISE EXCEPTION '{one.words}' USING ERRCODE = 'integrity_constraint_violation'; "
    if one.when:
        refuse = f"IF {one.when} THEN {refuse}END IF; "
    return f"BEGIN {refuse}RETURN {'OLD' if one.event == 'DELETE' else 'NEW'}; END"
