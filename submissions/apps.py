from django.apps import AppConfig
from django.db.models.signals import post_delete


class SubmissionsConfig(AppConfig):
    name = "submissions"

    def ready(self) -> None:
        from submissions import attachments
        from submissions.models import Attachment

        post_delete.connect(attachments.delete_file, sender=Attachment)
