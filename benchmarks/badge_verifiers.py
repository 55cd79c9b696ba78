"""Whether verifiers that others wrote accept the credentials of all badges, and no forgeries.

    uv pip install --target var/verifiers openbadgeslib pyld
    .venv/bin/python benchmarks/badge_verifiers.py var/verifiers

openbadgeslib (LGPL) checks signature, structure and dates of an Open Badges 3.0 credential by the
published key alone. PyLD (BSD) reads it as linked data by the contexts of the two specifications,
which openbadgeslib brings along, and tells of each property that they do not define and a
processor would drop. Neither is a dependency: they are looked for in the folder named.
"""

import json
import os
import sys
import tempfile
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

# What a context says itself is at these addresses; see `credentials.CONTEXTS`.
FILES = {
    "https://www.w3.org/ns/credentials/v2": "credentials-v2.json",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json": "ob-v3p0-context-3.0.3.json",
}


def dropped(document: dict[str, Any], contexts: Path) -> list[str]:
    """Return the properties that a processor of linked data would drop."""
    from pyld import jsonld  # type: ignore[import-not-found]  # see above

    def load(url: str, options: object) -> dict[str, Any]:
        text = (contexts / FILES[url]).read_text()
        return {
            "contentType": "application/ld+json",
            "contextUrl": None,
            "documentUrl": url,
            "document": json.loads(text),
        }

    found: list[str] = []
    jsonld.expand(document, {"documentLoader": load}, on_property_dropped=found.append)
    return found


def is_refused(token: str, pem: str) -> bool:
    from openbadgeslib.ob3 import verifier  # type: ignore[import-not-found]  # see above

    try:
        verifier.OB3Verifier(pem).verify(token)
    except verifier.OB3VerificationError:
        return True
    return False


def forged(token: str) -> str:
    """Return a credential in which another badge stands over the old signature."""
    import jwt
    from jwt.utils import base64url_encode

    payload = jwt.decode(token, options={"verify_signature": False})
    payload["credentialSubject"]["achievement"]["name"] = "Everything"
    header, _, signature = token.split(".")
    body = base64url_encode(json.dumps(payload).encode()).decode()
    return f"{header}.{body}.{signature}"


def main() -> int:
    import django

    django.setup()
    import openbadgeslib  # type: ignore[import-not-found]  # see above
    from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
    from django.core.management import call_command

    from accounts.models import User
    from leaderboard import credentials
    from leaderboard.badge_list import BADGES
    from leaderboard.models import BadgeAward, SigningKey

    contexts = Path(openbadgeslib.__file__).parent / "ob3" / "contexts"
    call_command("migrate", verbosity=0)
    holder = User.objects.create_user("holder@example.com", "a long password")
    stranger = credentials._public_pem(generate_private_key(public_exponent=65537, key_size=2048))
    for badge in BADGES:
        award = BadgeAward.objects.create(user=holder, badge=badge.code)
        token = credentials.export(award=award)
        key = SigningKey.objects.get().public
        assert not is_refused(token, key), badge.code
        assert is_refused(forged(token), key) and is_refused(token, stranger), badge.code
        content = credentials.credential(award=award)
        assert dropped(content, contexts) == [], badge.code
        # The check itself: a word of nobody's is noticed.
        assert dropped({**content, "madeUp": "yes"}, contexts) == ["madeUp"]
    print(f"{len(BADGES)} credentials accepted, and as many forgeries refused")
    return 0


if __name__ == "__main__":
    # Ours come first: what both need is what LearnQuest runs with.
    sys.path.extend(sys.argv[1:2])
    with tempfile.TemporaryDirectory() as folder:
        os.environ |= {
            "DATABASE_URL": f"sqlite:///{folder}/db.sqlite3",
            "DJANGO_SETTINGS_MODULE": "learnquest.settings",
            "SECRET_KEY": "only-for-benchmarks-0123456789-abcdefghijklmnopqrstuvwxyz",
        }
        sys.exit(main())
