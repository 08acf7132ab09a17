# SPDX-License-Identifier: Apache-2.0
"""Sphinx settings of the docs site. docs/site/build.sh runs Sphinx with this file; docs/development.md has the details.

The source folder is the root of the repository, so links from one Markdown file to another work as on GitHub.
"""

import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes
from sphinx.transforms import SphinxTransform

ROOT = Path(__file__).resolve().parents[2]

project = "lorafleet"
author = "the lorafleet contributors"
copyright = "the lorafleet contributors, Apache License 2.0"
release = re.search(r"<artifactId>lorafleet</artifactId>\s*<version>(.*?)</version>", (ROOT / "pom.xml").read_text())[1]

extensions = ["myst_parser"]
root_doc = "docs/README"
source_suffix = {".md": "markdown"}
# The build fails if a file matches one of these patterns but no index page lists it.
include_patterns = [
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    ".github/SECURITY.md",
    "deploy/demo-model/README.md",
    "docs/*.md",
    "docs/**/*.md",
]
exclude_patterns = [".git", ".lorafleet", ".mvn", "**/target", "**/src"]

# Headings get the same slugs as on GitHub, so Sphinx also checks links to headings.
myst_heading_anchors = 4
myst_enable_extensions = ["html_image"]
# Most code blocks are commands or plain text. A block in another language names that language.
highlight_language = "none"

html_theme = "pydata_sphinx_theme"
html_title = f"lorafleet {release}"
html_copy_source = False
html_show_sourcelink = False
html_use_index = False
html_static_path = ["static"]
html_css_files = ["site.css"]
html_extra_path = ["top"]
templates_path = ["templates"]
html_sidebars = {"**": ["documents.html"]}
html_theme_options = {
    "navbar_center": [],
    "primary_sidebar_end": [],
    "footer_start": ["copyright"],
    "footer_end": [],
    "show_toc_level": 2,
    "secondary_sidebar_items": ["page-toc"],
}

# The navigation comes from these pages: each heading is a section, and each link to a document below the heading is an entry.
INDEX_PAGES = {"docs/README", "docs/adr/README"}


def add_navigation(app, docname, source):
    """Appends a table of contents for each heading of an index page."""
    if docname not in INDEX_PAGES:
        return
    folder = Path(app.env.doc2path(docname)).parent
    parts = re.split(r"^## +(.+)$", source[0], flags=re.MULTILINE)
    # Without headings, the whole page is one part.
    captioned = zip(parts[1::2], parts[2::2], strict=True) if len(parts) > 1 else [("", parts[0])]
    for caption, text in captioned:
        caption_option = [f":caption: {caption}"] if caption else []
        entries = []
        for title, link in re.findall(r"\[([^]]+)\]\(([^)#:]+\.md)\)", text):
            document = (folder / link).resolve().relative_to(ROOT).with_suffix("")
            entries.append(f"{title} </{document}>")
        source[0] += "\n\n" + "\n".join(["```{toctree}", ":hidden:", *caption_option, "", *entries, "```"]) + "\n"


class LinksIntoRepository(SphinxTransform):
    """Redirects each link to a source file to a page that shows the file, and each link to a folder to the folder's README."""

    default_priority = 500

    def apply(self, **kwargs):
        for node in list(self.document.findall(addnodes.download_reference)):
            path = self.resolve(node["reftarget"])
            if is_text(path):
                self.env.source_files.add(path)
                self.replace(node, "source", f"source/{path.relative_to(ROOT)}")
        for node in list(self.document.findall(addnodes.pending_xref)):
            path = self.resolve(node["reftarget"])
            if node["reftype"] != "myst" or node.get("refdomain") or not path.is_dir():
                continue
            readme = self.env.path2doc(path / "README.md")
            if readme and readme in self.env.found_docs:
                self.replace(node, "source", readme)
            else:
                node.replace_self(node.children)

    def resolve(self, target):
        return Path(self.env.relfn2path(target, self.env.docname)[1])

    @staticmethod
    def replace(node, reftype, target):
        xref = addnodes.pending_xref("", *node.children, refdomain="", reftype=reftype, reftarget=target)
        node.replace_self(xref)


def is_text(path):
    try:
        path.read_text()
        return True
    except UnicodeDecodeError:
        return False


def resolve_source(app, env, node, content):
    if node["reftype"] != "source":
        return None
    uri = app.builder.get_relative_uri(env.docname, node["reftarget"])
    return nodes.reference("", "", *node.children, internal=True, refuri=uri)


LANGUAGES = {".java": "java", ".js": "js", ".properties": "properties", ".py": "python", ".sh": "bash", ".xml": "xml"}


def source_pages(app):
    """Creates a page for each source file that a document links to."""
    for path in sorted(app.env.source_files):
        name = path.relative_to(ROOT)
        language = LANGUAGES.get(path.suffix, "none")
        # Pygments does not support all of Java's syntax: text that it cannot parse is not highlighted.
        code = app.builder.highlighter.highlight_block(path.read_text(), language, force=True)
        body = f"<h1>{path.name}</h1><p><code>{name}</code></p>{code}"
        context = {"title": path.name, "body": body, "theme_secondary_sidebar_items": []}
        yield f"source/{name}", context, "page.html"


def start(app):
    app.env.source_files = set()


def setup(app):
    app.connect("builder-inited", start)
    app.connect("source-read", add_navigation)
    app.add_transform(LinksIntoRepository)
    app.connect("missing-reference", resolve_source)
    app.connect("html-collect-pages", source_pages)
    return {"parallel_read_safe": False, "parallel_write_safe": True}
