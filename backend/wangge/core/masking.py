"""Personal numbers as they are shown to those who need not know them whole (PIPL §6)."""


def mask_phone(phone: str) -> str:
    """A phone number with its middle hidden: 138****0001."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""
