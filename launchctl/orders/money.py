"""Money: strict integers in minor units, by the exponents of ISO 4217.

The exponents are ISO 4217's own (List One), not those of CLDR, which rounds several
currencies for display (the lek and the rupiah among them) and would be wrong by a
factor of a hundred for what shops send.
"""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

_CODE = re.compile(r"[A-Z]{3}", re.ASCII)
_NO_DECIMALS = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF"
_THREE_DECIMALS = "BHD IQD JOD KWD LYD OMR TND"
_FOUR_DECIMALS = "CLF UYW"
_EXPONENTS = {
    code: decimals
    for decimals, codes in (
        (0, _NO_DECIMALS),
        (3, _THREE_DECIMALS),
        (4, _FOUR_DECIMALS),
    )
    for code in codes.split()
}


def is_currency(code: str) -> bool:
    """Whether it is written like an ISO 4217 code: three capital letters."""
    return _CODE.fullmatch(code) is not None


def exponent(currency: str) -> int:
    """Decimals of the minor unit: 2 for USD, 0 for JPY, 3 for KWD.

    Raises:
        ValueError: it is no code.
    """
    if not is_currency(currency):
        raise ValueError(f"{currency!r} is no currency code such as USD")
    return _EXPONENTS.get(currency, 2)


def to_minor(amount: str | int | Decimal, currency: str) -> int:
    """An amount in major units as minor units, exactly; never from a float.

    Raises:
        ValueError: it is no number, or finer than the currency's minor unit.
    """
    try:
        scaled = Decimal(amount).scaleb(exponent(currency))
    except InvalidOperation:
        raise ValueError(f"{amount!r} is no amount") from None
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ValueError(f"{amount} is finer than {currency} can be paid")
    return int(scaled)
