from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "learnquest.demo"
    label = "demo"
