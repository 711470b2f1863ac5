"""Keep what opens a server out of every message: passwords leave no process, in no spelling."""

from __future__ import annotations

from urllib.parse import quote, quote_plus, unquote, urlsplit

HIDDEN = "***"


def hide_secrets(text: str, *urls: str) -> str:
    """Give a text without the passwords of these addresses, however they are spelled.

    Parameters
    ----------
    text : what a driver or a server said
    urls : addresses that may hold a password; one that cannot be read hides itself whole

    Examples
    --------
    >>> hide_secrets("no entry for ann with p@ss", "postgresql://ann:p%40ss@host/shop")
    'no entry for ann with ***'
    """
    secrets = {secret for url in urls for secret in _list_secrets(url) if secret}
    # The longest first: a spelling may hold another one.
    for secret in sorted(secrets, key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return text


def _list_secrets(url: str) -> set[str]:
    try:
        given = urlsplit(url).password
    except ValueError:
        return {url}
    if not given:
        return set()
    plain = unquote(given)
    return {url, given, plain, quote(plain), quote(plain, safe=""), quote_plus(plain)}
