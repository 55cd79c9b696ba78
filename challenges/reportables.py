"""A quest in the catalogue may be reported; those that came with LearnQuest, too."""

from django.utils.translation import gettext_lazy as _

from accounts.reportables import Reportable, register
from challenges.models import Quest


def _words(quest: Quest) -> str:
    steps = [f"- {step.title}: {step.instructions}" for step in quest.content.challenges]
    return "\n".join([quest.title, "", quest.summary, "", *steps])


register(
    Reportable(
        kind="quest",
        label=_("a quest"),
        model=Quest,
        open_to=lambda user: Quest.objects.visible_to(user).exclude(publisher=user),
        person_id=lambda quest: quest.publisher_id,
        title=lambda quest: quest.title,
        words=_words,
        path=lambda quest: quest.get_absolute_url(),
    )
)
