"""Markdown (CommonMark and tables) as HTML that cannot bring tags, images or scripts of its own."""

import functools
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.renderer import RendererHTML
from markdown_it.token import Token
from markdown_it.utils import OptionsDict

_BREAK = re.compile(r"[._/](?=\w)")
"""Behind these a long name or path may go on in the next line."""


def to_html(text: str, *, lowered: int = 0) -> str:
    """Return the HTML, its headings `lowered` by so many levels."""
    parser, environment = _parser(), dict[str, Any]()
    tokens = parser.parse(text, environment)
    for token in tokens:
        if token.type in {"heading_open", "heading_close"}:
            token.tag = f"h{int(token.tag[1]) + lowered}"
    return str(parser.renderer.render(tokens, parser.options, environment))


def inline_html(text: str) -> str:
    """Return a text without blocks (code, bold, links) as HTML."""
    return str(_parser().renderInline(text))


def code_html(text: str, language: str = "") -> str:
    """Return a block of code."""
    label = f' data-language="{escape(language)}"' if language else ""
    return f'<pre tabindex="0"{label}><code>{escape(text)}</code></pre>\n'


def breakable_html(text: str) -> str:
    """Return a name or path that may be broken behind its separators."""
    return _BREAK.sub(r"\g<0><wbr>", escape(text))


@functools.cache
def _parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False}, renderer_cls=_Renderer).enable("table").disable("image")


class _Renderer(RendererHTML):
    def code_inline(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: object) -> str:
        return f"<code>{breakable_html(tokens[index].content)}</code>"

    def code_block(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: object) -> str:
        return code_html(tokens[index].content.rstrip("\n"))

    def fence(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: object) -> str:
        return code_html(tokens[index].content.rstrip("\n"), tokens[index].info.strip())

    def table_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: object) -> str:
        return '<div class="table"><table>\n'

    def table_close(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: object) -> str:
        return "</table></div>\n"

    def th_open(self, tokens: Sequence[Token], index: int, options: OptionsDict, env: object) -> str:
        return '<th scope="col">'
