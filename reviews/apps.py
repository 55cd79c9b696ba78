from django.apps import AppConfig


class ReviewsConfig(AppConfig):
    name = "reviews"

    def ready(self) -> None:
        from leaderboard import activity
        from reviews import paying, reportables  # noqa: F401 - tells what of its own can be reported

        activity.know_pending(paying.sent_lately)
