from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"

    def ready(self) -> None:
        from accounts import audit_signals, signals  # noqa: F401 - signals connects itself

        audit_signals.hear_of_factors()
