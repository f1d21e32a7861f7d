"""New credentials: the only place where a key's or a password's text exists."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from admin.errors import invalid
from admin.principal import Principal
from admin.stores.signing_secret import fingerprint
from apikeys import base62, digest, foreign
from apikeys.key import derived_key_id, mint, random_key_id

if TYPE_CHECKING:
    from admin.settings import Settings
    from admin.stores.signing_secret import SigningSecret
    from apikeys.document import Document

# 160 random bits, as text that needs no quoting anywhere.
_PASSWORD_BYTES, _PASSWORD_WIDTH = 20, 27
_DELIVERED = "deliveredTo"


class Made(NamedTuple):
    """A new credential.

    Attributes:
        principal: who its record is about.
        shown: what the answer shows once and never again; nothing for a given password.
        proof: the record's fields by which the credential is checked.
    """

    principal: Principal
    shown: Document
    proof: Document

    def __repr__(self) -> str:
        return f"Made({self.principal.text})"

    def delivered(self, name: str) -> Made:
        """Return the same for an answer that names the secret instead."""
        return self._replace(shown={_DELIVERED: name})

    @property
    def is_delivered(self) -> bool:
        """Whether it is in a secret instead of the answer."""
        return _DELIVERED in self.shown


class Minting:
    """Makes credentials by the deployment's rules."""

    def __init__(self, settings: Settings, signing_secret: SigningSecret) -> None:
        self._settings = settings
        self._signing_secret = signing_secret

    def key(self, key_id: str) -> Made:
        """Return a new key with this id."""
        signing_keys = self._signing_secret.keys()
        key = mint(self._settings.key_prefix, key_id, signing_keys, os.urandom)
        hashed = digest.slow if self._settings.hashes_slowly else digest.fast
        proof: Document = {
            "keyId": key_id,
            "digest": hashed(key.text),
            "signedBy": fingerprint(signing_keys.current),
        }
        return Made(Principal.key(key_id), {"key": key.text}, proof)

    def account(
        self, login: str, password: str | None, *, salted_like: str | None = None
    ) -> Made:
        """Return a Basic account with a password, generated if none is given.

        Args:
            login: the account's.
            password: as it is hashed.
            salted_like: a digest whose salt the new one must have.
        """
        shown: Document = {}
        if password is None:
            number = int.from_bytes(os.urandom(_PASSWORD_BYTES))
            password = base62.encode(number, _PASSWORD_WIDTH)
            shown = {"password": password}
        made = (
            digest.slow(password)
            if salted_like is None
            else digest.like(salted_like, password)
        )
        proof: Document = {
            "login": login,
            "digest": made,
        }
        return Made(Principal.account(login), shown, proof)


def check_unseen(password: str | None, login: str, fields: Document) -> None:
    """Refuse a given password that answers, lists and logs would show.

    Args:
        password: as it is hashed, None if none is given.
        login: the account's.
        fields: what its record shows.

    Raises:
        RefusedError: 400, it is the login or part of a field.
    """
    if password is None:
        return
    if password.lower() == login.lower():
        raise invalid("password", "is the login")
    telling = foreign.field_with_key(fields, password)
    if telling is not None:
        raise invalid("password", f"is part of {telling}, and would be shown")


def new_key_id(request_token: str | None) -> str:
    """Return a random key id, or the one derived from a request token."""
    if request_token is None:
        return random_key_id(os.urandom)
    return derived_key_id(request_token)
