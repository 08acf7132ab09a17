# SPDX-License-Identifier: Apache-2.0
"""Draws docs/images/trace.svg from the trace that SharedClusterIT has collected:

    python3 docs/images/trace.py deploy/standalone/target/trace.json
"""

import json
import sys
from html import escape
from pathlib import Path

ROW, LABELS, WIDTH, MARGIN = 26, 330, 1000, 16
COLOURS = {"gateway": "#2563a8", "gpu-worker": "#b4541a"}


def in_order(spans, parent="", depth=0):
    """The spans with their depths, each parent before its children."""
    for span in spans:
        if span["parent"] == parent:
            yield depth, span
            yield from in_order(spans, span["id"], depth + 1)


def main(source):
    spans = sorted(json.loads(Path(source).read_text()), key=lambda span: span["start"])
    start = min(span["start"] for span in spans)
    end = max(span["end"] for span in spans)
    scale = (WIDTH - LABELS - 2 * MARGIN - 60) / (end - start)
    rows = list(in_order(spans))
    height = ROW * (len(rows) + 2) + 2 * MARGIN
    out = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}"'
        ' font-family="sans-serif" font-size="13" role="img" aria-label="The spans of one request">',
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
    ]
    x = MARGIN
    for service, colour in COLOURS.items():
        out.append(f'<rect x="{x}" y="{MARGIN}" width="12" height="12" fill="{colour}"/>')
        out.append(f'<text x="{x + 18}" y="{MARGIN + 11}" fill="#222222">{service}</text>')
        x += 130
    for row, (depth, span) in enumerate(rows):
        y = MARGIN + ROW * (row + 1) + 8
        left = LABELS + MARGIN + (span["start"] - start) * scale
        width = max(2, (span["end"] - span["start"]) * scale)
        millis = (span["end"] - span["start"]) / 1e6
        name = span["name"].replace("red.", "")  # the prefix of the test
        if row % 2 == 0:
            out.append(f'<rect x="0" y="{y - 4}" width="{WIDTH}" height="{ROW}" fill="#f4f4f4"/>')
        out.append(f'<text x="{MARGIN + 16 * depth}" y="{y + 13}" fill="#222222">{escape(name)}</text>')
        out.append(
            f'<rect x="{left:.1f}" y="{y + 2}" width="{width:.1f}" height="{ROW - 12}"'
            f' fill="{COLOURS[span["service"]]}"/>'
        )
        out.append(f'<text x="{left + width + 5:.1f}" y="{y + 13}" fill="#555555" font-size="11">{millis:.1f} ms</text>')
    out.append("</svg>\n")
    Path(__file__).with_name("trace.svg").write_text("\n".join(out))


if __name__ == "__main__":
    main(sys.argv[1])
