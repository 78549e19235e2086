"""The schema, as steps that are only ever appended to; the table `_sqlite_migrations` names those that ran."""

from sqlite_utils import Database as Tables
from sqlite_utils import Migrations

from engine.store.errors import StoreError


def _m001_keys(tables: Tables) -> None:
    tables.execute(
        """CREATE TABLE keys (
            key_id TEXT PRIMARY KEY,
            name TEXT NOT NULL,
            key_hash TEXT NOT NULL UNIQUE,
            allowed_addresses TEXT NOT NULL,
            created_at TEXT NOT NULL,
            last_used_at TEXT,
            revoked_at TEXT
        )"""
    )


def _m002_personas(tables: Tables) -> None:
    tables.execute(
        """CREATE TABLE personas (
            persona_id TEXT PRIMARY KEY,
            persona_name TEXT NOT NULL,
            persona_type TEXT NOT NULL,
            fields TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        )"""
    )


def _m003_replicas(tables: Tables) -> None:
    tables.execute(
        """CREATE TABLE replicas (
            replica_id TEXT PRIMARY KEY,
            replica_name TEXT NOT NULL,
            replica_type TEXT NOT NULL,
            fields TEXT NOT NULL,
            status TEXT NOT NULL,
            training_progress TEXT NOT NULL,
            error_message TEXT,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        )"""
    )


def _m004_conversations(tables: Tables) -> None:
    tables.execute(
        """CREATE TABLE conversations (
            conversation_id TEXT PRIMARY KEY,
            conversation_name TEXT NOT NULL,
            persona_id TEXT NOT NULL,
            replica_id TEXT NOT NULL,
            status TEXT NOT NULL,
            conversational_context TEXT NOT NULL,
            custom_greeting TEXT NOT NULL,
            callback_url TEXT NOT NULL,
            properties TEXT NOT NULL,
            fields TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL,
            deleted_at TEXT
        )"""
    )
    tables.execute("CREATE INDEX conversations_by_status ON conversations (status)")


def _m005_events(tables: Tables) -> None:
    tables.execute(
        """CREATE TABLE events (
            event_id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
            event_type TEXT NOT NULL,
            message_type TEXT NOT NULL,
            properties TEXT NOT NULL,
            timestamp TEXT NOT NULL
        )"""
    )
    tables.execute("CREATE INDEX events_by_conversation ON events (conversation_id)")


def _m006_outbox(tables: Tables) -> None:
    tables.execute(
        """CREATE TABLE outbox (
            delivery_id INTEGER PRIMARY KEY AUTOINCREMENT,
            stream TEXT NOT NULL,
            url TEXT NOT NULL,
            payload TEXT NOT NULL,
            status TEXT NOT NULL DEFAULT 'pending',
            attempts INTEGER NOT NULL DEFAULT 0,
            next_attempt_at REAL NOT NULL DEFAULT 0,
            last_error TEXT,
            created_at TEXT NOT NULL,
            delivered_at TEXT
        )"""
    )
    tables.execute("CREATE INDEX outbox_pending ON outbox (status, stream, delivery_id)")


def _m007_resources(tables: Tables) -> None:
    for table in ("objectives", "guardrails", "documents", "videos", "pronunciation_dictionaries", "uploads"):
        tables.execute(
            f"""CREATE TABLE {table} (
                id TEXT PRIMARY KEY,
                name TEXT NOT NULL,
                origin TEXT NOT NULL,
                status TEXT NOT NULL,
                fields TEXT NOT NULL,
                created_at TEXT NOT NULL,
                updated_at TEXT NOT NULL
            )"""
        )


def _m008_lists_by_creation(tables: Tables) -> None:
    for table in (
        "personas",
        "replicas",
        "conversations",
        "objectives",
        "guardrails",
        "documents",
        "videos",
        "pronunciation_dictionaries",
        "uploads",
    ):
        tables.execute(f"CREATE INDEX {table}_by_creation ON {table} (created_at)")


def _m009_outbox_details(tables: Tables) -> None:
    for column in (
        "webhook_id TEXT NOT NULL DEFAULT ''",
        "receiver TEXT NOT NULL DEFAULT ''",
        "last_status INTEGER",
        "last_attempt_at TEXT",
        "replay_of INTEGER",
    ):
        tables.execute(f"ALTER TABLE outbox ADD COLUMN {column}")
    tables.execute("UPDATE outbox SET webhook_id = 'msg_' || lower(hex(randomblob(12))), receiver = url")
    tables.execute("CREATE INDEX outbox_by_stream ON outbox (stream)")
    tables.execute("CREATE INDEX outbox_by_creation ON outbox (created_at)")
    tables.execute("CREATE INDEX outbox_delivered ON outbox (delivered_at) WHERE status = 'delivered'")


def _m010_conversation_secrets(tables: Tables) -> None:
    # Versions before this one kept them unencrypted; nothing ever used them, and their conversations are over.
    names: tuple[str, ...] = (
        "api_key",
        "authorization",
        '"x-api-key"',
        '"api-key"',
        "aws_secret_access_key",
        "aws_assume_role_arn",
    )
    names += ("livekit_room_token", "recording_storage.assume_role_arn")
    paths = ", ".join(f"'$.{name}'" for name in names)
    for column in ("properties", "fields"):
        tables.execute(f"UPDATE conversations SET {column} = json_remove({column}, {paths})")  # noqa: S608


def _m011_running_transcripts(tables: Tables) -> None:
    tables.execute(
        """CREATE TABLE running_transcripts (
            conversation_id TEXT PRIMARY KEY REFERENCES conversations ON DELETE CASCADE,
            transcript TEXT NOT NULL
        )"""
    )


def _m012_recordings(tables: Tables) -> None:
    tables.execute(
        """CREATE TABLE recordings (
            recording_id TEXT PRIMARY KEY,
            conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
            status TEXT NOT NULL,
            bucket_name TEXT NOT NULL,
            s3_key TEXT NOT NULL,
            duration REAL NOT NULL,
            size INTEGER NOT NULL,
            captions INTEGER NOT NULL,
            error TEXT NOT NULL,
            created_at TEXT NOT NULL,
            updated_at TEXT NOT NULL
        )"""
    )
    tables.execute("CREATE INDEX recordings_by_conversation ON recordings (conversation_id)")
    tables.execute("CREATE INDEX recordings_by_status ON recordings (status)")


def _m013_turn_traces(tables: Tables) -> None:
    tables.execute(
        """CREATE TABLE turn_traces (
            trace_id INTEGER PRIMARY KEY AUTOINCREMENT,
            conversation_id TEXT NOT NULL REFERENCES conversations ON DELETE CASCADE,
            turn_idx INTEGER NOT NULL,
            inference_id TEXT NOT NULL,
            outcome TEXT NOT NULL,
            last_voiced_at REAL NOT NULL,
            first_sound_ms REAL,
            stages TEXT NOT NULL,
            created_at TEXT NOT NULL,
            UNIQUE (conversation_id, inference_id, last_voiced_at)
        )"""
    )


STEPS = (
    _m001_keys,
    _m002_personas,
    _m003_replicas,
    _m004_conversations,
    _m005_events,
    _m006_outbox,
    _m007_resources,
    _m008_lists_by_creation,
    _m009_outbox_details,
    _m010_conversation_secrets,
    _m011_running_transcripts,
    _m012_recordings,
    _m013_turn_traces,
)
"""In order; a new one goes to the end, none is ever changed."""


def migrate(tables: Tables) -> None:
    """Apply the steps that are still missing, inside the caller's transaction.

    Raises StoreError for a database that a newer version has written.
    """
    steps = Migrations("visavis")
    known = set[str]()
    for step in STEPS:
        name = step.__name__.lstrip("_")
        steps(name=name)(step)
        known.add(name)
    foreign = sorted({applied.name for applied in steps.applied(tables)} - known)
    if foreign:
        raise StoreError(
            f"the database was written by a newer version of visavis (it knows {foreign[0]}): update visavis"
        )
    steps.apply(tables)
