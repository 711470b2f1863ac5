"""One unit's delivery: its report to readers, and what happened to maintainers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from rapport.deliver.attempts import PAUSES, LaterError, RefusedError, UnknownError, attempt
from rapport.deliver.digest import Letter, find_link, list_lines, write_letter
from rapport.deliver.ledger import Ledger, name_digest
from rapport.deliver.mail import make_message, send_mail
from rapport.deliver.notices import News, write_notice
from rapport.deliver.ready import Ready
from rapport.deliver.settings import Hook, Server, read_hook, read_server
from rapport.deliver.webhook import make_request, post
from rapport.params.delivery import Delivery, Recipient, name_recipient
from rapport.press.proof.log import now


@dataclass(frozen=True)
class Post:
    """How things are sent: servers and webhooks as the environment names them."""

    delivery: Delivery
    server: Server | None
    hooks: Mapping[str, Hook]
    pauses: Sequence[float] = PAUSES


@dataclass
class Outcomes:
    """How the deliveries of one role ended, and why some did not."""

    counts: Counter[str] = field(default_factory=Counter)
    """sent, before (sent by an earlier command), failed, unknown."""
    reasons: Counter[str] = field(default_factory=Counter)
    """Why something was not sent; no reason names a recipient."""
    n_tried: int = 0
    """Recipients to whom something was sent now, whatever came of it."""

    @property
    def is_news(self) -> bool:
        """Whether anything was sent or tried now."""
        return self.n_tried > 0

    @property
    def is_well(self) -> bool:
        """Whether everybody has what is theirs."""
        return not (self.counts["failed"] or self.counts["unknown"])


def open_post(
    delivery: Delivery,
    environ: Mapping[str, str],
    roles: Sequence[Sequence[Recipient]],
    *,
    pauses: Sequence[float] = PAUSES,
) -> Post:
    """Read what these recipients need, before anything is sent.

    Raises
    ------
    ParameterError
        A variable of the environment is missing or cannot be used.
    """
    everybody = [each for role in roles for each in role]
    server = read_server(environ) if any(each.mail for each in everybody) else None
    names = sorted({each.name for each in everybody if each.name})
    return Post(delivery, server, {name: read_hook(environ, name) for name in names}, pauses)


def send_report(ready: Ready, post: Post, ledger: Ledger, *, default: str, again: bool) -> Outcomes:
    """Send a report to every reader who does not have it yet.

    Parameters
    ----------
    default : the unit's language
    again : send also what was cut off, so that somebody may get it twice
    """
    outcomes = Outcomes()
    what = f"report:{ready.run}"
    for reader in post.delivery.readers:
        state = ledger.state(what, name_recipient(reader))
        if state == "sent":
            outcomes.counts["before"] += 1
        elif state == "begun" and not again:
            outcomes.counts["unknown"] += 1
            outcomes.reasons["was cut off before; `--again` sends it again"] += 1
        else:
            letter = _letter_for(ready, post, reader, default)
            _send_one(([what], letter), reader, post, (ledger, outcomes))
    return outcomes


def _letter_for(ready: Ready, post: Post, reader: Recipient, default: str) -> Letter:
    if reader.mail is not None:
        return write_letter(ready, post.delivery, reader, default=default)
    language = ready.language(reader.language, default)
    link = find_link(ready, post.delivery, reader.edition, language)
    return Letter("", [*list_lines(ready.pages[language], language), *([link] if link else [])])


def send_notices(
    unit: str, news: Sequence[News], post: Post, ledger: Ledger, *, default: str
) -> Outcomes:
    """Tell every maintainer what he has not heard of yet."""
    outcomes = Outcomes()
    for maintainer in post.delivery.maintainers:
        who = name_recipient(maintainer)
        fresh = [each for each in news if ledger.state(each.number, who) in (None, "failed")]
        if not fresh:
            outcomes.counts["before"] += 1
            continue
        letter = write_notice(unit, fresh, maintainer.language or default)
        things = [each.number for each in fresh]
        _send_one((things, letter), maintainer, post, (ledger, outcomes))
    return outcomes


def _send_one(
    thing: tuple[Sequence[str], Letter],
    to: Recipient,
    post: Post,
    books: tuple[Ledger, Outcomes],
) -> None:
    (things, letter), (ledger, outcomes) = thing, books
    who = name_recipient(to)
    outcomes.n_tried += 1

    def begin() -> None:
        ledger.write(things, who, "begun")

    try:
        attempt(_work(things, letter, to, post, begin), pauses=post.pauses)
    except UnknownError as error:
        outcomes.counts["unknown"] += 1
        outcomes.reasons[str(error)] += 1
    except (LaterError, RefusedError) as error:
        ledger.write(things, who, "failed")
        outcomes.counts["failed"] += 1
        outcomes.reasons[str(error)] += 1
    else:
        ledger.write(things, who, "sent")
        outcomes.counts["sent"] += 1


def _work(
    things: Sequence[str], letter: Letter, to: Recipient, post_: Post, begin: Callable[[], None]
) -> Callable[[], None]:
    """Give what one attempt does."""
    if to.mail is not None:
        sender, server = post_.delivery.sender, post_.server
        assert sender is not None
        assert server is not None
        number = f"{name_digest(chr(10).join(things))}.{name_digest(name_recipient(to))}"
        message = make_message(letter, sender=sender, to=to.mail, number=number, at=now())
        return lambda: send_mail(message, server, sender=sender, to=str(to.mail), begin=begin)
    kind, hook = str(to.webhook), post_.hooks[str(to.name)]

    def work() -> None:
        lines = [letter.subject, *letter.lines] if letter.subject else letter.lines
        address, body = make_request(kind, hook, lines, at=now())  # signed for this moment
        post(kind, address, body, begin=begin)

    return work
