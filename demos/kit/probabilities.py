"""Numbers from 0 to 1 in four places."""


def hundredths(p):
    """Two decimals, but no number rounds to 0 or 1.

    >>> [hundredths(p) for p in (0.0, 0.003, 0.5, 0.996, 1.0)]
    ['0.00', '<.01', '0.50', '>.99', '1.00']
    """
    text = f"{p:.2f}"
    return {"0.00": "<.01", "1.00": ">.99"}.get(text, text) if 0 < p < 1 else text
