from hypothesis import given
from hypothesis import strategies as st

from engine.api.reference.markdown import code_html, inline_html, to_html


def test_headings_paragraphs_and_lists_become_html() -> None:
    assert to_html("# One\n\nTwo\nthree\n\n- a\n- b\n  more") == (
        "<h1>One</h1>\n<p>Two\nthree</p>\n<ul>\n<li>a</li>\n<li>b\nmore</li>\n</ul>\n"
    )
    assert to_html("1. a\n2. b") == "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n"


def test_headings_can_be_lowered_and_code_that_looks_like_one_stays() -> None:
    html = to_html("# One\n\n```sh\n# two\n```", lowered=1)
    assert html == '<h2>One</h2>\n<pre tabindex="0" data-language="sh"><code># two</code></pre>\n'


def test_tables_become_html() -> None:
    html = to_html("| A | B |\n| --- | --- |\n| `x` | y |")
    assert '<th scope="col">A</th>' in html
    assert "<td><code>x</code></td>\n<td>y</td>" in html


def test_code_blocks_keep_every_character() -> None:
    html = to_html('Text\n```sh\necho "<a>" && # no heading\n```\nafter')
    assert "echo &quot;&lt;a&gt;&quot; &amp;&amp; # no heading" in html
    assert html.endswith("<p>after</p>\n")
    assert 'data-language="sh"' in html


def test_code_bold_and_links_stand_in_lines() -> None:
    assert inline_html("a `b<c` **d** [e](#f)") == ('a <code>b&lt;c</code> <strong>d</strong> <a href="#f">e</a>')


def test_what_a_code_block_is_written_in_cannot_leave_its_attribute() -> None:
    assert 'data-language="&quot;&gt;"' in code_html("x", '">')


@given(st.text())
def test_no_text_brings_tags_of_its_own(text: str) -> None:
    marked = text.replace("<", "<script>")
    assert "<script" not in to_html(marked)
    assert "<script" not in inline_html(marked)
