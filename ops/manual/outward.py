"""What only a repository can show, made fit for a site.

A link to a file outside docs/ (a test, a statement, the README) becomes that file's path, as code: the site
has no copy of the source, and a link that leads nowhere is worse than a name that can be searched. The one
diagram that GitHub draws from its text is shown as the picture made of it.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files
    from mkdocs.structure.pages import Page

LINK = re.compile(r"(?<!!)\[(?P<text>[^\]]+)\]\((?P<target>[^)\s]+)\)")
DIAGRAM = re.compile(r"```mermaid\n.*?```", re.DOTALL)
PICTURE = (
    "![A document's day: staged, sent, answered, imported, read back, shown](images/day-of-a-document.svg)"
)


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Called by mkdocs for each page, before it is rendered."""
    del files
    docs = Path(config.docs_dir).resolve()
    here = docs / Path(page.file.src_uri).parent
    return DIAGRAM.sub(PICTURE, LINK.sub(lambda link: _inward(link, here, docs), markdown))


def _inward(link: re.Match[str], here: Path, docs: Path) -> str:
    target = link["target"].partition("#")[0]
    if not target or re.match(r"[a-z]+:", target):
        return link[0]
    path = (here / target).resolve()
    if path.is_relative_to(docs) and path.suffix:
        return link[0]
    if path.is_relative_to(docs):
        return f"[{link['text']}]({target.rstrip('/')}/README.md)"
    name = path.relative_to(docs.parent)
    words = link["text"].strip("`")
    return f"`{name}`" if words in {str(name), name.name} else f"{link['text']} (`{name}`)"
