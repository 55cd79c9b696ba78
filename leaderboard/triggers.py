"""What the database itself keeps true, whoever writes: the ledger, who is listed, the counts.

Installed after each `migrate`. SQLite makes a table anew to change it, which triggers would
hinder, so there they go before. A deed or a query in bulk need not know of any of this.
"""

# ruff: noqa: S608 - the parts of the SQL are ours; what comes from outside is a parameter

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from leaderboard.counts import BLOCK

# Counted are those who are here and have not left the board; a suspended person is inactive.
LISTED = "{0}.is_active AND {0}.is_on_leaderboard AND {0}.erase_at IS NULL"
OLD_LISTED, NEW_LISTED = LISTED.format("OLD"), LISTED.format("NEW")

_COUNTED = "{0}.is_listed AND {0}.points > 0"
_TALLY = f"""
    INSERT INTO board_tallies (scope, period, width, floor, learners, is_folded)
    SELECT scope, period, width, points / width * width, SUM(n), FALSE
    FROM ({{changes}}) AS changes CROSS JOIN (VALUES (1), ({BLOCK})) AS widths (width)
    GROUP BY 1, 2, 3, 4 HAVING SUM(n) <> 0;
"""
_GONE = "SELECT scope, period, points, -1 AS n FROM gone WHERE is_listed AND points > 0"
_COME = "SELECT scope, period, points, 1 AS n FROM come WHERE is_listed AND points > 0"

POSTGRESQL = [
    f"""
    CREATE OR REPLACE FUNCTION board_{name}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN {_TALLY.format(changes=changes)} RETURN NULL; END $$;
    CREATE OR REPLACE TRIGGER board_{name} AFTER {event} ON leaderboard
    REFERENCING {tables} FOR EACH STATEMENT EXECUTE FUNCTION board_{name}();
    """
    for name, event, tables, changes in (
        ("came", "INSERT", "NEW TABLE AS come", _COME),
        ("went", "DELETE", "OLD TABLE AS gone", _GONE),
        (
            "moved",
            "UPDATE",
            "OLD TABLE AS gone NEW TABLE AS come",
            f"{_GONE} UNION ALL {_COME}",
        ),
    )
] + [
    # The row of all time comes first: whoever awards points at this moment holds it, too, so what
    # they add is seen by the second statement.
    f"""
    CREATE OR REPLACE FUNCTION board_listing() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF ({OLD_LISTED}) IS DISTINCT FROM ({NEW_LISTED}) THEN
            INSERT INTO leaderboard (scope, period, user_id, points, reached_at, is_listed)
            VALUES ('everyone', 'all', NEW.id, 0, 'epoch', {NEW_LISTED})
            ON CONFLICT (scope, period, user_id) DO UPDATE SET is_listed = EXCLUDED.is_listed;
            UPDATE leaderboard SET is_listed = NOT is_listed
            WHERE user_id = NEW.id AND is_listed <> ({NEW_LISTED});
            INSERT INTO rank_changes (user_id) VALUES (NEW.id);
        END IF;
        RETURN NULL;
    END $$;
    CREATE OR REPLACE TRIGGER board_listing AFTER UPDATE ON users
    FOR EACH ROW EXECUTE FUNCTION board_listing();
    """,
    """
    CREATE OR REPLACE FUNCTION board_leaver() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN INSERT INTO rank_changes (user_id) VALUES (OLD.id); RETURN NULL; END $$;
    CREATE OR REPLACE TRIGGER board_leaver AFTER DELETE ON users
    FOR EACH ROW EXECUTE FUNCTION board_leaver();
    """,
    """
    CREATE OR REPLACE FUNCTION ledger_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'The ledger is append-only: write a reversal.'
            USING ERRCODE = 'integrity_constraint_violation';
    END $$;
    CREATE OR REPLACE TRIGGER ledger_is_kept BEFORE UPDATE ON point_entries
    FOR EACH ROW EXECUTE FUNCTION ledger_is_kept();
    """,
    # Entries go with their learner alone, who goes later in the same transaction.
    """
    CREATE OR REPLACE FUNCTION ledger_goes_with_its_learner() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF EXISTS (SELECT 1 FROM users WHERE id = OLD.user_id) THEN
            RAISE EXCEPTION 'The ledger is append-only: write a reversal.'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN NULL;
    END $$;
    DROP TRIGGER IF EXISTS ledger_goes_with_its_learner ON point_entries;
    CREATE CONSTRAINT TRIGGER ledger_goes_with_its_learner AFTER DELETE ON point_entries
    DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION ledger_goes_with_its_learner();
    """,
]

POSTGRESQL_DROP = """
    DROP TRIGGER IF EXISTS board_came ON leaderboard;
    DROP TRIGGER IF EXISTS board_went ON leaderboard;
    DROP TRIGGER IF EXISTS board_moved ON leaderboard;
    DROP TRIGGER IF EXISTS board_listing ON users;
    DROP TRIGGER IF EXISTS board_leaver ON users;
    DROP TRIGGER IF EXISTS ledger_is_kept ON point_entries;
    DROP TRIGGER IF EXISTS ledger_goes_with_its_learner ON point_entries;
    DROP FUNCTION IF EXISTS board_came(), board_went(), board_moved(), board_listing(),
        board_leaver(), ledger_is_kept(), ledger_goes_with_its_learner();
"""


def _sqlite_tally(row: str, sign: int, width: int) -> str:
    return (
        "INSERT INTO board_tallies (scope, period, width, floor, learners, is_folded) "
        f"SELECT {row}.scope, {row}.period, {width}, {row}.points / {width} * {width}, {sign}, 0 "
        f"WHERE {_COUNTED.format(row)};"
    )


def _sqlite_tallies(*changes: tuple[str, int]) -> str:
    return " ".join(
        _sqlite_tally(row, sign, width) for row, sign in changes for width in (1, BLOCK)
    )


# SQLite defers no trigger, and its flush deletes row by row: only changes are refused there.
SQLITE = {
    "board_came": f"AFTER INSERT ON leaderboard BEGIN {_sqlite_tallies(('NEW', 1))} END",
    "board_went": f"AFTER DELETE ON leaderboard BEGIN {_sqlite_tallies(('OLD', -1))} END",
    "board_moved": (
        "AFTER UPDATE OF points, is_listed ON leaderboard "
        "WHEN OLD.points <> NEW.points OR OLD.is_listed <> NEW.is_listed "
        f"BEGIN {_sqlite_tallies(('OLD', -1), ('NEW', 1))} END"
    ),
    "board_listing": (
        f"AFTER UPDATE ON users WHEN ({OLD_LISTED}) <> ({NEW_LISTED}) BEGIN "
        f"UPDATE leaderboard SET is_listed = ({NEW_LISTED}) WHERE user_id = NEW.id; "
        "INSERT INTO rank_changes (user_id) VALUES (NEW.id); END"
    ),
    "board_leaver": (
        "AFTER DELETE ON users BEGIN INSERT INTO rank_changes (user_id) VALUES (OLD.id); END"
    ),
    "ledger_is_kept": (
        "BEFORE UPDATE ON point_entries BEGIN "
        "SELECT RAISE(ABORT, 'The ledger is append-only: write a reversal.'); END"
    ),
}
TABLES = {"users", "leaderboard", "board_tallies", "rank_changes", "point_entries"}


def install(using: str) -> None:
    """Make all triggers, where their tables are; safe to run at any time."""
    connection = connections[using]
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if not set(connection.introspection.table_names(cursor)) >= TABLES:
            return
        if connection.vendor == "postgresql":
            for sql in POSTGRESQL:
                cursor.execute(sql)
        else:
            _drop_sqlite(cursor)
            for name, body in SQLITE.items():
                cursor.execute(f"CREATE TRIGGER {name} {body}")
            # A flush empties table by table, and so leaves counts of rows that are gone.
            cursor.execute("DELETE FROM board_tallies WHERE NOT EXISTS (SELECT 1 FROM leaderboard)")


def make_way(connection: BaseDatabaseWrapper) -> None:
    """Take the triggers off before tables change, where that makes tables anew."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            _drop_sqlite(cursor)


def drop(connection: BaseDatabaseWrapper) -> None:
    """Take all off, for a migration that goes back."""
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRESQL_DROP)
        else:
            _drop_sqlite(cursor)


def _drop_sqlite(cursor: CursorWrapper) -> None:
    for name in SQLITE:
        cursor.execute(f"DROP TRIGGER IF EXISTS {name}")
