"""Sealed bytes: a dead letter may hold a full number, so it is kept encrypted and opened only to be replayed."""

from cryptography.fernet import Fernet, InvalidToken


class Sealer:
    """Seals and opens bytes under one key (Fernet: AES-128-CBC with HMAC-SHA256)."""

    def __init__(self, key: str) -> None:
        """Take the key, 32 bytes in URL-safe base64.

        Raises:
            ValueError: it is no such key.
        """
        try:
            self._fernet = Fernet(key)
        except ValueError as error:
            raise ValueError(
                "could not read KEEPLINE_SECRET_KEY: it must be 32 bytes in URL-safe base64; "
                "`./keepline secret` prints a new one"
            ) from error

    def seal(self, clear: bytes) -> str:
        """Return `clear` encrypted, as text."""
        return self._fernet.encrypt(clear).decode()

    def open(self, sealed: str) -> bytes:
        """Return what was sealed.

        Raises:
            ValueError: it was sealed under another key, or changed since.
        """
        try:
            return self._fernet.decrypt(sealed)
        except InvalidToken as error:
            raise ValueError("could not open the sealed bytes: the key is another, or they were changed") from error


def new_key() -> str:
    """Return a fresh key."""
    return Fernet.generate_key().decode()
