"""The whole store, opened for an appliance."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from engine.store.conversations import ConversationRepository
from engine.store.database import Database
from engine.store.home_lock import prepare_home
from engine.store.identifiers import (
    DICTIONARY,
    DOCUMENT,
    GUARDRAILS,
    OBJECTIVES,
    UPLOAD,
    VIDEO,
)
from engine.store.keys import KeyRepository
from engine.store.outbox import Outbox
from engine.store.personas import PersonaRepository
from engine.store.recordings import RecordingRepository
from engine.store.replicas import ReplicaRepository
from engine.store.resources import ResourceRepository
from engine.store.sealing import Sealer
from engine.store.stock import load_stock
from engine.store.turn_traces import TurnTraceRepository

DATABASE_NAME = "visavis.db"


@dataclass(frozen=True, slots=True)
class Store:
    """One repository a resource, over one database."""

    database: Database
    keys: KeyRepository
    personas: PersonaRepository
    replicas: ReplicaRepository
    conversations: ConversationRepository
    recordings: RecordingRepository
    turn_traces: TurnTraceRepository
    objectives: ResourceRepository
    guardrails: ResourceRepository
    documents: ResourceRepository
    videos: ResourceRepository
    pronunciation_dictionaries: ResourceRepository
    uploads: ResourceRepository
    outbox: Outbox
    secret: Callable[[str], bytes]
    """32 secret bytes of this installation for a purpose, the same at every start."""
    home: Path
    """The folder that the database lies in, and the files of uploads below it."""

    async def close(self) -> None:
        """Close the database and join its threads."""
        await self.database.close()


async def open_store(home: Path) -> Store:
    """Open `<home>/visavis.db` and bring the stock up to date. Raises StoreError.

    It takes no lock on the folder (a command line tool may look in beside a running appliance), and ends no abandoned conversations:
    an appliance holds a HomeLock first and calls `conversations.end_abandoned` afterwards.
    """
    prepare_home(home)
    sealer = Sealer(home)
    database = await Database.open(home / DATABASE_NAME)
    outbox = Outbox(database)

    def resources(table: str, new_id: Callable[[], str]) -> ResourceRepository:
        return ResourceRepository(database, outbox, sealer, table, new_id)

    conversations = ConversationRepository(database, outbox, sealer)
    store = Store(
        database=database,
        keys=KeyRepository(database),
        personas=PersonaRepository(database, sealer),
        replicas=ReplicaRepository(database, outbox, sealer),
        conversations=conversations,
        recordings=RecordingRepository(database, conversations),
        turn_traces=TurnTraceRepository(database),
        objectives=resources("objectives", OBJECTIVES.new),
        guardrails=resources("guardrails", GUARDRAILS.new),
        documents=resources("documents", DOCUMENT.new),
        videos=resources("videos", VIDEO.new),
        pronunciation_dictionaries=resources("pronunciation_dictionaries", DICTIONARY.new),
        uploads=resources("uploads", UPLOAD.new),
        outbox=outbox,
        secret=sealer.derived,
        home=home,
    )
    try:
        stock = load_stock()
        await store.replicas.install_stock(stock.replicas)
        await store.personas.install_stock(stock.personas)
        await store.objectives.install_stock(stock.objectives)
        await store.guardrails.install_stock(stock.guardrails)
    except BaseException:
        await database.close()
        raise
    return store
