"""The people of the demo community. All invented; three of them can be signed in as."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group, Permission

from accounts.models import User

DOMAIN = "demo.learnquest.example"
MODERATORS = "Moderators"


@dataclass(frozen=True)
class SignIn:
    """An account whose password everybody may know."""

    role: str
    email: str
    password: str


DEMO_PASSWORD = "learn-by-doing"  # noqa: S105 - published on purpose, refused under HTTPS
DEMO_SIGN_INS = [
    SignIn("learner", f"maya@{DOMAIN}", DEMO_PASSWORD),
    SignIn("peer", f"tomas@{DOMAIN}", DEMO_PASSWORD),
    SignIn("moderator", f"ines@{DOMAIN}", DEMO_PASSWORD),
]

# Name, time zone, a line about themselves.
PEOPLE = [
    ("Maya", "Europe/Madrid", "Learning to talk to my neighbours, one sentence at a time."),
    ("Tomas", "Europe/Prague", "Weekend guitarist. I like giving notes as much as getting them."),
    ("Ines", "Europe/Lisbon", "I keep an eye on the queue."),
    ("Aiko", "Asia/Tokyo", "Early riser, slow runner."),
    ("Bilal", "Asia/Karachi", "Backend by day, calligraphy by night."),
    ("Chidi", "Africa/Lagos", "Trying to prove things properly."),
    ("Dagny", "Europe/Oslo", ""),
    ("Ewan", "Europe/London", "Back to the piano after twenty years."),
    ("Farah", "Asia/Dubai", "Short stories, mostly unfinished."),
    ("Goran", "Europe/Belgrade", "Rust in the evenings."),
    ("Hana", "Europe/Sarajevo", ""),
    ("Idris", "Africa/Casablanca", "I read every review twice."),
    ("Jelena", "Europe/Zagreb", "Statistics for people who count birds."),
    ("Kofi", "Africa/Accra", "Half marathon in spring, knees permitting."),
    ("Lucia", "America/Bogota", "Translator in training."),
    ("Mateo", "America/Argentina/Buenos_Aires", ""),
    ("Nadia", "Europe/Warsaw", "Nurse. I study on trains."),
    ("Oskar", "Europe/Stockholm", "Fingerstyle and bread."),
    ("Priya", "Asia/Kolkata", "From spreadsheets to Python."),
    ("Quentin", "Europe/Paris", ""),
    ("Rosa", "America/Mexico_City", "Grandmother, beginner, stubborn."),
    ("Samir", "Africa/Cairo", "I like problems with short statements."),
    ("Tessa", "Europe/Amsterdam", "Writing letters again."),
    ("Umut", "Europe/Istanbul", ""),
    ("Vera", "Europe/Athens", "Learning to swim at forty."),
    ("Wanjiru", "Africa/Nairobi", "Choir, code, coffee."),
    ("Xavier", "America/Montreal", "Linear algebra, finally."),
    ("Yuki", "Asia/Tokyo", ""),
    ("Zofia", "Europe/Warsaw", "Essays about small things."),
    ("Anders", "Europe/Copenhagen", "Cycling to work counts."),
    ("Beatriz", "America/Sao_Paulo", "Cavaquinho and French."),
    ("Cormac", "Europe/Dublin", ""),
    ("Delphine", "Europe/Brussels", "Proofreader who cannot stop."),
    ("Emre", "Europe/Istanbul", "Open source on Sundays."),
    ("Fatou", "Africa/Dakar", "Teaching myself to teach."),
    ("Greta", "Europe/Berlin", "Scales before breakfast."),
    ("Hugo", "America/Santiago", ""),
    ("Isolde", "Europe/Vienna", "Proofs, slowly."),
    ("Jonas", "Europe/Vilnius", "Pull-ups: from none to one."),
    ("Keiko", "Asia/Tokyo", "Collecting idioms."),
    ("Leila", "Asia/Tashkent", "Poems in two languages."),
    ("Marek", "Europe/Bratislava", ""),
    ("Noor", "Asia/Amman", "Data by day, oud by night."),
    ("Oona", "Europe/Helsinki", "Winter runner."),
]


def make_people(*, rng: Random, now: datetime) -> list[User]:
    """Create the community's accounts; only those of `DEMO_SIGN_INS` have a password."""
    passwords = {sign_in.email: make_password(sign_in.password) for sign_in in DEMO_SIGN_INS}
    locked = make_password(None)
    people = []
    for name, zone, bio in PEOPLE:
        email = f"{name.lower()}@{DOMAIN}"
        people.append(
            User(
                username=name.lower(),
                display_name=name,
                email=email,
                password=passwords.get(email, locked),
                bio=bio,
                time_zone=zone,
                is_profile_public=rng.random() < 0.7 or email in passwords,
                date_joined=now - timedelta(days=rng.randint(72, 120)),
            )
        )
    people = User.objects.bulk_create(people)
    _make_moderator(next(p for p in people if p.email == DEMO_SIGN_INS[2].email))
    return people


def moderators() -> Group:
    """Return the group of those who see reported and unsettled work, made where it lacks."""
    group, _ = Group.objects.get_or_create(name=MODERATORS)
    codes = ["moderate", "view_submission", "view_peerreview", "view_aifeedback", "view_user"]
    codes += ["view_heldpoints", "view_suspicion", "view_pointentry"]
    group.permissions.add(*Permission.objects.filter(codename__in=codes))
    return group


def _make_moderator(user: User) -> None:
    user.is_staff = True
    user.save(update_fields=["is_staff"])
    user.groups.add(moderators())
