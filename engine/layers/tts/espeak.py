"""espeak-ng inside this process, through its C interface."""

import ctypes
import re
import threading
from dataclasses import dataclass
from typing import Any, ClassVar, Final

import numpy as np

from engine.errors import InvalidInputError, ModelUnavailableError
from engine.layers.audio import Samples
from engine.layers.cancel import CancelToken

_SYNCHRONOUS: Final = 2
_PHONEME_EVENTS_IN_IPA: Final = 0x0003
_DO_NOT_EXIT: Final = 0x8000
_UTF8: Final = 1  # not SSML: the text is data
_PHONEMES_IN_BRACKETS: Final = 0x100
_END, _MESSAGE_DONE, _PHONEME = 0, 6, 7
_RATE, _VOLUME, _PITCH, _RANGE = 1, 2, 3, 4
_OCTAVES: Final = (0.01137, 3.86e-5)
"""What espeak-ng's pitch k from 0 to 100 does, measured with a range that follows: a k + b k^2 octaves above k = 0."""
_LANGUAGE_TAG: Final = re.compile(r"[a-z]{2,8}(?:-[a-z0-9]{1,8}){0,3}")
_BUFFER_MS: Final = 400  # also sizes the event list, which silently drops what does not fit
_CHARACTERS_AT_ONCE: Final = 4_000


class _Event(ctypes.Structure):
    _fields_: ClassVar = [
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("phoneme", ctypes.c_char * 8),
    ]


_Callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass(frozen=True, slots=True)
class PhonemeOnset:
    """A phoneme as espeak-ng reports it."""

    phoneme: str
    """IPA with stress marks; empty for silence."""
    sample: int
    """Where it begins."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What espeak-ng made of a text."""

    samples: Samples
    onsets: tuple[PhonemeOnset, ...]
    """In order."""


class Espeak:
    """The espeak-ng library that the `espeakng-loader` package carries, set to one voice.

    The library exists once per process, with one voice and one callback; every object of this class takes its turn.
    Loaded with the first object.
    """

    # The C library's state is the process's: set up twice, it leaks. So neither can belong to one object.
    _turn: ClassVar[threading.Lock] = threading.Lock()
    _library: ClassVar[Any] = None
    _sample_rate: ClassVar[int] = 0

    def __init__(self, language: str, *, words_per_minute: int, pitch: int, pitch_range: int) -> None:
        """Choose a voice.

        `language` is BCP 47; `pitch` and `pitch_range` are espeak's 0..100. Raises InvalidInputError for a language
        that espeak-ng has no voice for, ModelUnavailableError when the library does not load.
        """
        self._words_per_minute = words_per_minute
        self._pitch = pitch
        self._pitch_range = pitch_range
        with self._turn:
            if Espeak._library is None:
                Espeak._library, Espeak._sample_rate = _load()
            self._voice = self._find_voice(language)

    @property
    def sample_rate(self) -> int:
        """Hz of everything spoken (22,050 with the data of today)."""
        return self._sample_rate

    @property
    def voice(self) -> str:
        """What espeak-ng calls the language, such as `en-us`."""
        return self._voice.decode()

    def synthesise(
        self,
        text: str,
        *,
        speed: float = 1.0,
        pitch: float = 0.0,
        spread: float = 1.0,
        phonemes: bool = False,
        cancel: CancelToken | None = None,
    ) -> Utterance:
        """Speak `text`; a cancelled call returns what was made so far. Blocking, thread-safe.

        `pitch`: semitones above the voice's own; `spread`: factor on the range of its melody; `phonemes`: whether
        `[[...]]` in the text holds mnemonics of phonemes, else it is read like any other text.
        """
        pieces: list[Samples] = []
        onsets: list[PhonemeOnset] = []

        def take(wave: Any, count: int, events: Any) -> int:
            if cancel is not None and cancel.cancelled:
                return 1
            if wave and count > 0:
                pieces.append(np.ctypeslib.as_array(wave, (count,)).astype(np.float32) / 32768.0)
            index = 0
            while events and events[index].type != _END:
                event = events[index]
                index += 1
                if event.type == _PHONEME:
                    onsets.append(PhonemeOnset(event.phoneme.decode("utf-8", "ignore"), event.sample))
                if event.type == _MESSAGE_DONE:
                    break
            return 0

        callback = _Callback(take)
        # espeak-ng reads the whole range up to a NUL, so the text may hold none; lone surrogates do not encode.
        data = text[:_CHARACTERS_AT_ONCE].replace("\0", " ").encode("utf-8", "replace")
        with self._turn:
            library = self._library
            library.espeak_SetVoiceByName(self._voice)
            rate = round(self._words_per_minute * speed)
            for parameter, value in (
                (_RATE, rate),
                (_VOLUME, 100),
                (_PITCH, _percent(_raised(self._pitch, pitch))),
                # The range is in Hz: a higher voice needs more of it for the same melody.
                (_RANGE, _percent(self._pitch_range * spread * 2.0 ** (pitch / 12.0))),
            ):
                library.espeak_SetParameter(parameter, value, 0)
            library.espeak_SetSynthCallback(callback)
            flags = _UTF8 | (_PHONEMES_IN_BRACKETS if phonemes else 0)
            library.espeak_Synth(data, len(data) + 1, 0, 1, 0, flags, None, None)
            library.espeak_SetSynthCallback(_Callback())
        samples = np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
        return Utterance(samples, tuple(onsets))

    def _find_voice(self, language: str) -> bytes:
        tag = language.lower().replace("_", "-")
        primary = tag.split("-")[0]
        for name in (tag, primary, {"zh": "cmn", "no": "nb"}.get(primary, primary)):
            if _LANGUAGE_TAG.fullmatch(name) and self._library.espeak_SetVoiceByName(name.encode()) == 0:
                return name.encode()
        raise InvalidInputError(
            "language", language, "a language that espeak-ng speaks is needed, such as en-US, de or fr"
        )


def _raised(pitch: float, semitones: float) -> float:
    first, second = _OCTAVES
    wanted = max(0.0, first * pitch + second * pitch * pitch + semitones / 12.0)
    return float((np.sqrt(first * first + 4.0 * second * wanted) - first) / (2.0 * second))


def _percent(value: float) -> int:
    return round(min(max(value, 0.0), 100.0))


def _load() -> tuple[Any, int]:
    try:
        import espeakng_loader

        data_path = espeakng_loader.get_data_path()
        library = ctypes.CDLL(espeakng_loader.get_library_path())
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelUnavailableError(
            f"the basic voice does not load: {error}; install it again: pip install --force-reinstall espeakng-loader"
        ) from error
    library.espeak_Synth.argtypes = [
        ctypes.c_char_p,
        ctypes.c_size_t,
        ctypes.c_uint,
        ctypes.c_int,
        ctypes.c_uint,
        ctypes.c_uint,
        ctypes.c_void_p,
        ctypes.c_void_p,
    ]
    library.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
    options = _PHONEME_EVENTS_IN_IPA | _DO_NOT_EXIT
    sample_rate = int(library.espeak_Initialize(_SYNCHRONOUS, _BUFFER_MS, data_path.encode(), options))
    if sample_rate <= 0:
        raise ModelUnavailableError(
            f"the basic voice finds no data in {data_path} (its path may have 159 characters at most); "
            "install it again: pip install --force-reinstall espeakng-loader"
        )
    return library, sample_rate
