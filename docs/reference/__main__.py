"""Write every generated page, and delete schemas of topics that are no more."""

from docs.reference.pages import DOCS, pages, stale


def main() -> None:
    """Bring the folder to what the code makes."""
    for name in stale():
        (DOCS / name).unlink()
    for name, content in pages().items():
        path = DOCS / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content, encoding="utf-8")


if __name__ == "__main__":
    main()
