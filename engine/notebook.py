"""What Jupyter shows of a view: its text, in the colours of the pictures.

A view is lines, a line is pieces, and a piece is a text and its role. The text
at a prompt and the HTML in a notebook are made of the same pieces.
"""

import html
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

Pieces = Sequence[tuple[str, str]]

# How roles look, on light pages and on dark ones: text has the page's colour,
# or mixes it with another, and backgrounds are translucent. (Where a notebook
# is not trusted, Jupyter drops the mixture, and the plain colour is left.)
STYLES = {
    "strong": "font-weight: bold",
    "quiet": "opacity: 0.7",
    "gradient": "color: #bf5600; color: color-mix(in srgb, currentColor 35%, #d95f02)",
    "input": "background-color: rgba(66, 153, 225, 0.25)",
    "parameter": "background-color: rgba(237, 160, 50, 0.3)",
    "output": "background-color: rgba(90, 170, 80, 0.35)",
    "wrong": "font-weight: bold; background-color: rgba(220, 50, 50, 0.25)",
    "current": "display: block; background-color: rgba(255, 205, 30, 0.25)",
}
# A line is as high as its letters, so that the branches of a tree meet.
BLOCK = (
    "margin: 0; padding: 0.2em 0; white-space: pre; overflow-x: auto; line-height: normal; "
    "font-family: ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace"
)


def plain_text(lines: Iterable[Pieces]) -> str:
    """The text that a prompt shows.

    >>> plain_text([[("x ", ""), ("= 2", "strong")], [("  ", "")]])
    'x = 2\\n'
    """
    return "\n".join("".join(text for text, _ in pieces).rstrip() for pieces in lines)


def html_block(lines: Iterable[Pieces], current: Collection[int] = ()) -> str:
    """The same as HTML, which needs no style sheet; any text is only text.

    `current` has the indices of the lines to mark.

    >>> html_block([[("x < ", ""), ("2", "strong")]]).partition(">")[2]
    '\\nx &lt; <span style="font-weight: bold">2</span>\\n</pre>'
    """
    # (An HTML parser drops a new line right after <pre>.)
    parts = [f'<pre style="{BLOCK}">\n']
    for place, pieces in enumerate(lines):
        line = "".join(_span(html.escape(text), role) for text, role in pieces) + "\n"
        parts.append(_span(line, "current" if place in current else ""))
    return "".join([*parts, "</pre>"])


def _span(text, role):
    return f'<span style="{STYLES[role]}">{text}</span>' if role else text


def code_block(text: str, roles: Mapping[str, str]) -> str:
    """A program as HTML: its names have roles, its comments are quiet.

    >>> block = code_block("v1 = w * x  # forward", {"w": "parameter"})
    >>> block.count("<span"), block.count("w</span>")
    (2, 1)
    """
    return html_block(list(_words(line, roles)) for line in text.split("\n"))


WORDS = re.compile(r"(?P<comment>(#|//).*)|\w+|[^\w#/]+|/")


def _words(line: str, roles: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    for match in WORDS.finditer(line):
        yield match[0], "quiet" if match["comment"] else roles.get(match[0], "")
