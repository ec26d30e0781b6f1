"""How hard hypothesis looks: enough to find what is wrong, few enough to be run before each commit."""

from hypothesis import settings

settings.register_profile("keepline", deadline=None, max_examples=60, print_blob=True)
settings.load_profile("keepline")
