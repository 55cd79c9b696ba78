from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "challenges"

    def ready(self) -> None:
        from challenges import progress
        from goals import progress_log

        progress_log.measure_with(progress.percents)
