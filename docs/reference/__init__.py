"""The pages that are made from the code, and what makes them: `python -m docs.reference` writes them all.

It may look into every service, because nothing imports it; a test says when a page is another than the code makes.
"""
