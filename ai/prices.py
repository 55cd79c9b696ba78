"""What calls cost, by AI_PRICES."""

from decimal import Decimal

from django.conf import settings

MILLION = Decimal(1_000_000)


def cost(model: str, tokens_in: int, tokens_out: int) -> Decimal:
    """Return what these tokens cost; nothing for a model without a price."""
    price = settings.AI_PRICES.get(model) or settings.AI_PRICES.get("*")
    if not price:
        return Decimal(0)
    each_in, each_out = (Decimal(part) for part in str(price).split("/"))
    return ((each_in * tokens_in + each_out * tokens_out) / MILLION).quantize(Decimal("0.000001"))


def tokens_at_most(text: str) -> int:
    """Return more tokens than `text` will be: one for each two bytes, where four are usual."""
    return len(text.encode()) // 2 + 1


def tokens_about(text: str) -> int:
    """Return about as many tokens as `text` is, for servers that do not count."""
    return len(text.encode()) // 4 + 1
