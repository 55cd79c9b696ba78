from django.apps import AppConfig


class ChallengesConfig(AppConfig):
    name = "challenges"

    def ready(self) -> None:
        from challenges import deadlines, progress, reportables  # noqa: F401 - registers itself
        from goals import pausing, progress_log

        progress_log.measure_with(progress.percents)
        pausing.shift_with(deadlines.shift)
