"""What can go wrong, in words a person can act on.

Every refusal is one of these six. Concrete names live beside the rule that raises them (`SlotTaken`,
`InvoiceUnpaid`); each carries one sentence that says what happened and what to do next.
"""

from __future__ import annotations


class Problem(Exception):
    """A refusal with a sentence for the person who met it."""

    sentence = "Something broke on our side. Try again in a moment."
    status = 500

    def __init__(self, sentence: str = "") -> None:
        super().__init__(sentence or self.sentence)
        if sentence:
            self.sentence = sentence


class NotFound(Problem):
    """It does not exist, or not for this viewer: the two look the same on purpose."""

    sentence = "This page does not exist, or it is not yours to see."
    status = 404


class NotAllowed(Problem):
    """The viewer is known and may not do this."""

    sentence = "Your account may not do this. Ask the studio if you need it."
    status = 403


class InvalidInput(Problem):
    """Something typed does not fit; `field` names the box it belongs beside."""

    sentence = "Something here does not fit. Look at the marked field."
    status = 422

    def __init__(self, field: str, sentence: str = "") -> None:
        super().__init__(sentence)
        self.field = field


class Conflict(Problem):
    """Somebody or something was faster; nothing was changed."""

    sentence = "This changed in the meantime. Look again, then decide."
    status = 409


class PaymentProblem(Problem):
    """The bank or the payment service said no; nothing was charged unless the sentence says so."""

    sentence = "The payment did not go through. Nothing was charged. Try again, or use another card."
    status = 402


class Unavailable(Problem):
    """Something outside is down; it is safe to try again."""

    sentence = "This is not answering right now. Nothing is lost; try again in a minute."
    status = 503
