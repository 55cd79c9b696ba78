from django.apps import AppConfig


class GoalsConfig(AppConfig):
    name = "goals"

    def ready(self) -> None:
        from goals import reportables  # noqa: F401 - tells what of its own can be reported
