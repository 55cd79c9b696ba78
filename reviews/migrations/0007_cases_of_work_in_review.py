from django.db import migrations


def open_cases(apps, schema_editor):
    """Put what is in review into the queue, with the seats that are taken of it."""
    case_model = apps.get_model("reviews", "ReviewCase")
    review_model = apps.get_model("reviews", "PeerReview")
    waiting = apps.get_model("submissions", "Submission").objects.filter(status="submitted")
    fields = ("pk", "author_id", "submitted_at", "challenge__goal__category")
    cases = []
    for pk, author, since, category in waiting.values_list(*fields).iterator(chunk_size=1000):
        live = ("submitted", "claimed")
        taken = review_model.objects.filter(submission=pk, status__in=live).count()
        cases.append(
            case_model(
                submission_id=pk,
                author_id=author,
                category=category,
                waiting_since=since,
                taken=taken,
                is_open=taken < 2,
            )
        )
    case_model.objects.bulk_create(cases, batch_size=500)


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0006_seats_drafts_and_known_works"),
        ("goals", "0003_more_kinds_of_progress"),
        ("challenges", "0004_leases_and_variations"),
    ]

    operations = [migrations.RunPython(open_cases, migrations.RunPython.noop)]
