"""What learners say of answers, kept with the call so that prompts can be compared."""

from ai.models import AIRequest


def note(
    request_id: int | None,
    *,
    helpful: bool | None = None,
    is_wrong: bool = False,
    note: str = "",
) -> None:
    """Keep an opinion; what is left out stays as it was."""
    told: dict[str, object] = {}
    if helpful is not None:
        told["helpful"] = helpful
    if is_wrong:
        told |= {"is_wrong": True, "note": note[:500]}
    if request_id is not None and told:
        AIRequest.objects.filter(pk=request_id).update(**told)
