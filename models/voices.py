"""Which of the voices that are here speaks a language best."""

import re
from collections.abc import Iterable

from models.languages import language_of, region_of
from models.selection import Installed, choose, speaks
from models.tiers import Tier

_PIPER_NAME = re.compile(r"(?P<locale>[a-z]{2,3}_[A-Z]{2})-[^-]+-(?P<quality>x_low|low|medium|high)", re.ASCII)


def quality_of(name: str) -> str:
    """Return the quality that a Piper voice has in its name (`x_low`, `low`, `medium`, `high`), or an empty string."""
    found = _PIPER_NAME.fullmatch(name)
    return found["quality"] if found else ""


def locale_of(name: str) -> str:
    """Return the language and region that a Piper voice has in its name, as BCP 47 (`en-US`), or an empty string."""
    found = _PIPER_NAME.fullmatch(name)
    return found["locale"].replace("_", "-") if found else ""


def best_voice(installed: Iterable[Installed], tag: str, tier: Tier, prefer: str = "") -> Installed | None:
    """Return the voice for a language (BCP 47; a region is a wish), or None when none that is here speaks it.

    The preferred one, if it speaks the language; else one of the region, what someone fetched on purpose before the default set;
    then as `choose` ranks them.
    """
    fitting = [model for model in installed if model.task == "tts" and speaks(model.languages, tag)]
    fetched = [model for model in fitting if not model.default]
    asked = region_of(tag)
    known = language_of(tag)
    region = asked or (known.region if known else "")
    near = [model for model in fitting if region and region_of(locale_of(model.name)) == region]
    near_fetched = [model for model in near if not model.default]
    groups = (near_fetched, near, fetched, fitting) if asked else (near_fetched, fetched, near, fitting)
    preferred = next((model for model in fitting if prefer and model.name == prefer), None)
    chosen = (choose(group, tag, tier) for group in groups)
    return preferred or next((model for model in chosen if model is not None), None)
