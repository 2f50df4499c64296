"""Draws the pages of a file it reads from its input, and writes their number and a PDF of them. See `rendered`."""

import io
import resource
import sys

import pypdfium2  # type: ignore[import-untyped]
from PIL import Image, ImageOps

MEMORY = 1024**3  # bytes
PROCESSOR = 30  # seconds
MOST_PAGES = 60
DOTS = 130  # an inch
LONGEST = 3000  # pixels of a side
NOT_READ, TOO_LONG = 3, 4


def main() -> int:
    """Out: 0, NOT_READ or TOO_LONG; in the last case the output is the most pages there may be."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (PROCESSOR, PROCESSOR))
    content = sys.stdin.buffer.read()
    try:
        pages = _pdf(content) if sys.argv[1] == "application/pdf" else _picture(content)
        if pages is None:
            sys.stdout.write(str(MOST_PAGES))
            return TOO_LONG
        made = io.BytesIO()
        pages[0].save(made, "PDF", save_all=True, append_images=pages[1:], resolution=DOTS, quality=80)
    except Exception:  # noqa: BLE001  whatever a stranger's file does, the answer is that it cannot be drawn
        return NOT_READ
    sys.stdout.buffer.write(f"{len(pages)}\n".encode() + made.getvalue())
    return 0


def _pdf(content: bytes) -> list[Image.Image] | None:
    document = pypdfium2.PdfDocument(content)
    if len(document) > MOST_PAGES:
        return None
    found = []
    for page in document:
        scale = min(DOTS / 72, LONGEST / max(page.get_size()))
        found.append(page.render(scale=scale, may_draw_forms=False).to_pil().convert("RGB"))
    return found


def _picture(content: bytes) -> list[Image.Image]:
    with Image.open(io.BytesIO(content)) as opened:
        drawn = ImageOps.exif_transpose(opened).convert("RGB")
    drawn.thumbnail((LONGEST, LONGEST))
    return [drawn]


if __name__ == "__main__":
    sys.exit(main())
