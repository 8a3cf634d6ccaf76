"""Personal numbers as they are shown to those who need not know them whole (PIPL §6)."""


def mask_phone(phone: str) -> str:
    """A phone number with its middle hidden: 138****0001."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= 8 else "****" if phone else ""


def mask_id_number(number: str) -> str:
    """An identity number with all but the division and the last two characters hidden: 370702************15."""
    return f"{number[:6]}{'*' * (len(number) - 8)}{number[-2:]}" if len(number) >= 15 else "****" if number else ""
