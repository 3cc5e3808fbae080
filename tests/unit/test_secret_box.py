"""Secrets at rest."""

import pytest

from portal_app.adapters.secret_box import CannotOpen, SecretBox, context_of

OLD, NEW = b"o" * 32, b"n" * 32
HERE = context_of(1, "test", "secret_key")


def test_a_secret_opens_only_where_it_belongs() -> None:
    sealed = SecretBox(NEW).seal("sk_test_secret", HERE)
    assert SecretBox(NEW).open(sealed, HERE) == "sk_test_secret"
    assert b"sk_test" not in sealed
    for elsewhere in (context_of(2, "test", "secret_key"), context_of(1, "live", "secret_key"), context_of(1, "test", "other")):
        with pytest.raises(CannotOpen):
            SecretBox(NEW).open(sealed, elsewhere)


def test_every_changed_byte_is_noticed() -> None:
    box = SecretBox(NEW)
    sealed = box.seal("sk_test_secret", HERE)
    for index in range(len(sealed)):
        with pytest.raises(CannotOpen):
            box.open(sealed[:index] + bytes([sealed[index] ^ 1]) + sealed[index + 1 :], HERE)
    for short in (b"", sealed[:5], sealed[:20]):
        with pytest.raises(CannotOpen):
            box.open(short, HERE)


def test_a_key_is_rotated_by_putting_the_new_one_first() -> None:
    sealed = SecretBox(OLD).seal("whsec_x", HERE)
    both = SecretBox(NEW, OLD)
    assert both.open(sealed, HERE) == "whsec_x"
    assert SecretBox(NEW).open(both.seal("whsec_x", HERE), HERE) == "whsec_x"
    with pytest.raises(CannotOpen):
        SecretBox(NEW).open(sealed, HERE)
