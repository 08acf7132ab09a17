#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the pages of a built site: every link between pages must have a target, and no page may load anything from another
origin.

    check.py FOLDER

Sphinx checks the links in Markdown. This script also checks raw HTML and the parts that the theme adds.
"""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

# A browser loads the links of these elements, unless a <link> has one of the rels below, such as canonical.
LOADED = {"script", "img", "iframe", "source", "video", "audio", "embed", "object", "link", "image", "use"}
RELS_NOT_LOADED = {"canonical", "search", "next", "prev", "author", "index"}
ATTRIBUTES = ("href", "src", "srcset", "data", "xlink:href")


class Page(HTMLParser):
    def __init__(self, text):
        super().__init__()
        self.ids = set()
        self.links = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        attributes = dict(attrs)
        self.ids.update(attributes[key] for key in ("id", "name") if attributes.get(key))
        loaded = tag in LOADED and attributes.get("rel") not in RELS_NOT_LOADED
        self.links += [(attributes[key], loaded) for key in ATTRIBUTES if attributes.get(key)]


def problems(site):
    # _static contains templates of the theme, which are not pages.
    files = [path for path in site.rglob("*.html") if "_static" not in path.relative_to(site).parts]
    pages = {path: Page(path.read_text()) for path in files}
    for path, page in sorted(pages.items()):
        for link, loaded in page.links:
            url = urlsplit(link)
            if url.scheme == "data":
                continue
            if url.scheme or url.netloc:
                if loaded:
                    yield f"{path.relative_to(site)}: loads {link}"
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path
            if not target.is_file():
                yield f"{path.relative_to(site)}: no file for {link}"
            elif url.fragment and target in pages and unquote(url.fragment) not in pages[target].ids:
                yield f"{path.relative_to(site)}: no anchor for {link}"
    for path in sorted(site.rglob("*.css")):
        for link in re.findall(r"(?:url\(|@import)\s*[\"']?((?:https?:)?//[^\"')\s]+)", path.read_text()):
            yield f"{path.relative_to(site)}: loads {link}"
    if not pages:
        yield f"no pages in {site}"


if __name__ == "__main__":
    found = list(problems(Path(sys.argv[1]).resolve()))
    print(*found, sep="\n", file=sys.stderr, end="\n" if found else "")
    sys.exit(bool(found))
