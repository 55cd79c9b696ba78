"""Before what is sensitive: whoever asks confirms first that it is them."""

from collections.abc import Callable

from allauth.account.decorators import reauthentication_required
from django.http import HttpResponseBase


def confirmed[View: Callable[..., HttpResponseBase]](view: View) -> View:
    """Ask for the password or second step unless that happened in the last five minutes.

    What was asked for, a form that was sent too, happens as soon as it is confirmed.
    """
    decorated: View = reauthentication_required(view, app="allauth.account")
    return decorated
