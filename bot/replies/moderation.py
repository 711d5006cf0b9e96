"""What moderators are told."""

from api.client import Abstention, Drift, EntryOutcomes, Unanswered, Volume
from bot.replies.card import MAX_TEXT, Card, Text
from bot.replies.text import fitting, prose, quoted
from bot.state.guilds import GuildSettings
from bot.words import LANGUAGES, Words

SHOWN_ENTRIES, SHOWN_CLUSTERS, SHOWN_NEAREST = 5, 8, 2
EXAMPLE_CHARACTERS = 160


def setup_card(settings: GuildSettings, words: Words, warnings: list[str]) -> Card:
    """How the bot behaves in a server, and what keeps it from doing so."""
    forums = ", ".join(f"<#{forum}>" for forum in settings.forums) or words("setup_no_forums")
    role = f"<@&{settings.helper_role}>" if settings.helper_role else words("setup_no_forums")
    language = LANGUAGES[settings.language] if settings.language else words("setup_language_own")
    lines = [
        words("setup_title"),
        words("setup_forums", forums=forums),
        words("setup_confidence", confidence=words(f"confidence_{settings.confidence}")),
        words("setup_role", role=role),
        words("setup_tags", solved=quoted(settings.solved_tag, 20), human=quoted(settings.human_tag, 20)),
        words("setup_language", language=language),
        *warnings,
    ]
    return Card((Text(fitting(lines, MAX_TEXT, "…")),))


def stats_card(volume: Volume, abstention: Abstention, drift: Drift, outcomes: EntryOutcomes, words: Words) -> Card:
    """How much was asked, and how well it was answered."""
    unsure = abstention.unsure
    lines = [
        words("stats_title"),
        words("stats_volume", diagnoses=volume.diagnoses, feedback=volume.with_feedback.count),
    ]
    if unsure.rate is not None:
        lines.append(
            words("stats_unsure", rate=f"{unsure.rate:.0%}", low=f"{unsure.low:.0%}", high=f"{unsure.high:.0%}")
        )
    if drift.drifted and drift.recent.rate is not None and drift.before.rate is not None:
        lines.append(words("stats_drift", recent=f"{drift.recent.rate:.0%}", before=f"{drift.before.rate:.0%}"))
    lines.append(f"**{words('stats_entries')}**")
    solving = sorted((entry for entry in outcomes.entries if entry.solved), key=lambda entry: -entry.solved)
    lines += [
        words(
            "stats_entry",
            title=prose(entry.title or entry.entry_id),
            solved=entry.solved,
            of=entry.solved + entry.not_it + entry.wrong,
        )
        for entry in solving[:SHOWN_ENTRIES]
    ]
    if not solving:
        lines.append(words("stats_nothing"))
    return Card((Text(fitting(lines, MAX_TEXT, "…")),))


def unanswered_card(unanswered: Unanswered, words: Words) -> Card:
    """What the knowledge base lacks, most frequent first."""
    lines = [words("unanswered_title")]
    if not unanswered.clusters:
        lines.append(words("unanswered_nothing"))
    for cluster in unanswered.clusters[:SHOWN_CLUSTERS]:
        example = quoted(cluster.examples[0].symptom, EXAMPLE_CHARACTERS) if cluster.examples else "…"
        lines.append(words("unanswered_cluster", size=cluster.size, example=example))
        if cluster.nearest_entries:
            nearest = ", ".join(entry.entry_id for entry in cluster.nearest_entries[:SHOWN_NEAREST])
            lines.append(words("unanswered_nearest", entries=nearest))
    return Card((Text(fitting(lines, MAX_TEXT, "…")),))
