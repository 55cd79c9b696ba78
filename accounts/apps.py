from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from allauth.mfa.totp.internal import auth
        from django.core.cache import caches
        from django.utils.connection import ConnectionProxy

        from accounts import signals  # noqa: F401 - it connects itself

        # A code works once, whichever process it reaches: their common cache remembers.
        auth.cache = ConnectionProxy(caches, "limits")
