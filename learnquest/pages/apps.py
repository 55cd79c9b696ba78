from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "learnquest.pages"
    label = "pages"
