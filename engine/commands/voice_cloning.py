"""`visavis voices clone` and `forget`: a voice of a person's own, from a recording of them."""

from dataclasses import asdict, replace
from pathlib import Path

import click

from engine.commands.installation import home_option, json_option, settings_with, show_json, with_store
from engine.errors import InvalidInputError, VisavisError
from engine.jobs.cloned_voice import with_cloned_voice
from engine.layers.tts.cloned_voice_making import clone_voice, load_cloning_model
from engine.layers.tts.cloned_voice_recording import RATE, read_recording
from engine.layers.tts.cloned_voice_state import Consent, cloned_voices, voice_path
from engine.store.opening import Store
from engine.store.records import ReplicaRecord
from engine.store.timestamps import utc_now


@click.command("clone")
@click.argument("recording", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--name", required=True, help="What the voice is called: a-z, 0-9, - and _.")
@click.option("--consent", is_flag=True, help="The person who is heard agreed to this; written into the voice.")
@click.option("--replica", "replica_id", metavar="ID", help="A replica of your own that is to speak with it.")
@click.option("--language", help="What the voice speaks [the language of this installation].")
@click.option("--replace", "replacing", is_flag=True, help="Make a voice of that name anew.")
@home_option
@json_option
def clone(
    recording: Path,
    name: str,
    consent: bool,
    replica_id: str | None,
    language: str | None,
    replacing: bool,
    home: Path | None,
    as_json: bool,
) -> None:
    """Clone the voice of the person in RECORDING (a sound or video file, 3 s of speech or more; 30 s are listened to)."""
    if not consent:
        raise click.UsageError(
            "A voice is cloned only with the consent of the person who is heard: say so with --consent."
        )
    settings = settings_with(home=home, language=language)
    destination = voice_path(settings.home, name)
    if destination.exists() and not replacing:
        raise InvalidInputError("--name", name, "a new name is, or --replace to make that voice anew")
    if replica_id is not None:
        with_store(settings.home, lambda store: _own_replica(store, replica_id))
    model = load_cloning_model(settings.home, settings.language)
    try:
        note = clone_voice(
            read_recording(recording),
            RATE,
            destination,
            model=model,
            consent=Consent("visavis voices clone", utc_now()),
            on_progress=lambda step: click.echo(f"{step} ...", err=True),
        )
    except OSError as error:
        raise VisavisError(f"{destination} cannot be written: {error.strerror or error}") from error
    if replica_id is not None:
        with_store(settings.home, lambda store: _give(store, replica_id, name))
    if as_json:
        show_json({**asdict(note), "path": str(destination), "replica_id": replica_id})
    else:
        click.echo(f"The voice {name} is in {destination}.")


@click.command("forget")
@click.argument("name")
@home_option
def forget(name: str, home: Path | None) -> None:
    """Delete the cloned voice NAME for good; from the next conversation on a stock voice speaks for its replicas."""
    settings = settings_with(home=home)
    path = voice_path(settings.home, name)
    if not path.is_file():
        known = ", ".join(note.name for note in cloned_voices(settings.home)) or "none is here"
        raise InvalidInputError("NAME", name, f"the name of a cloned voice ({known}) is")
    try:
        path.unlink()
    except OSError as error:
        raise VisavisError(f"{path} cannot be deleted: {error.strerror or error}") from error
    click.echo(f"The voice {name} is gone.")


async def _own_replica(store: Store, replica_id: str) -> ReplicaRecord:
    record = await store.replicas.get(replica_id)
    if record is None or record.replica_type != "user":
        raise InvalidInputError(
            "--replica", replica_id, "the id of a replica of your own is; stock replicas keep stock voices"
        )
    return record


async def _give(store: Store, replica_id: str, name: str) -> None:
    await _own_replica(store, replica_id)
    await store.replicas.change(
        replica_id, lambda record: replace(record, fields=with_cloned_voice(record.fields, name))
    )
