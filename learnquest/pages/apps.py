from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "learnquest.pages"
    label = "pages"

    def ready(self) -> None:
        from accounts import erasing
        from leaderboard import badge_facts, fair_play
        from learnquest.pages import badge_counts, leaving, who_reviewed

        badge_facts.count_with(badge_counts.count)
        fair_play.know_reviews(who_reviewed.edges)
        erasing.erase_with(leaving.erase_now)
