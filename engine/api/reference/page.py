"""The document as a page for people and as Markdown for language models."""

import re
from importlib.resources import files
from typing import Any

import jinja2
from markupsafe import Markup

from engine.api.reference.guides import Guide
from engine.api.reference.markdown import breakable_html, code_html, inline_html
from engine.api.reference.openapi import Document
from engine.api.reference.reading import callback_views, message_views, sections
from engine.api.reference.room_messages import MESSAGES


class Pages:
    """Renders one document; each page takes a tenth of a second."""

    def __init__(self, document: Document, guides: list[Guide]) -> None:
        self._values: dict[str, Any] = {
            "title": document["info"]["title"],
            "version": document["info"]["version"],
            "description": document["info"]["description"],
            "base_url": document["servers"][0]["url"],
            "guides": guides,
            "sections": sections(document),
            "callbacks": callback_views(document),
            "messages": message_views(document, [model.__name__ for model in MESSAGES]),
        }
        self._environment = jinja2.Environment(
            loader=jinja2.FunctionLoader(lambda name: (_folder() / "templates" / name).read_text("utf-8")),
            autoescape=jinja2.select_autoescape(enabled_extensions=("html.jinja",), default=False),
            undefined=jinja2.StrictUndefined,
        )
        self._environment.filters |= {"inline": _inline, "code": _code, "breakable": _breakable, "cell": _cell}
        self._environment.filters["words"] = _words

    def html(self) -> str:
        """Return the page of `/docs`."""
        return self._render("docs.html.jinja")

    def index(self) -> str:
        """Return `/llms.txt`."""
        return self._render("llms.txt.jinja")

    def markdown(self) -> str:
        """Return `/llms-full.txt`."""
        return self._render("llms-full.md.jinja")

    def _render(self, template: str) -> str:
        return self._environment.get_template(template).render(self._values)


def static_files() -> dict[str, bytes]:
    """Return what the page loads, by name."""
    folder = _folder() / "static"
    return {entry.name: entry.read_bytes() for entry in folder.iterdir() if entry.name.endswith((".css", ".js"))}


def _folder() -> Any:
    return files("engine.api.reference")


def _inline(text: str) -> Markup:
    return Markup(inline_html(text))  # noqa: S704 - inline_html escapes


def _code(text: str, language: str = "") -> Markup:
    return Markup(code_html(text, language))  # noqa: S704 - code_html escapes


def _words(text: str) -> str:
    """Return each longer word of a text once, for the search."""
    return " ".join(dict.fromkeys(re.findall(r"[a-z_]{5,}", text.lower())))


def _cell(text: str) -> str:
    """Return a text for a cell of a Markdown table."""
    return str(text).replace("|", "\\|").replace("\n", " ")


def _breakable(text: str) -> Markup:
    return Markup(breakable_html(text))  # noqa: S704 - breakable_html escapes
