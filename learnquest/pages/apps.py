from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "learnquest.pages"
    label = "pages"

    def ready(self) -> None:
        from accounts import erasing
        from learnquest.pages import leaving

        erasing.erase_with(leaving.erase_now)
