"""The pages' words, English and German. A page never mixes the two.

Words of the show itself (states, verbs of calls) are shown translated; what the journal
and the conductor say is shown as they say it.
"""

from __future__ import annotations

from collections.abc import Mapping

LANGUAGES = ("en", "de")

# One row per word: key, English, German. ``{}`` marks where the page puts a value.
_TABLE: tuple[tuple[str, str, str], ...] = (
    # the shell
    ("crew_page", "Crew", "Regie"),
    ("public_page", "Countdown", "Countdown"),
    ("skip_to_rundown", "Skip to the rundown", "Zum Ablaufplan springen"),
    ("needs_script", "This page needs JavaScript.", "Diese Seite braucht JavaScript."),
    ("rehearsal", "REHEARSAL: nothing leaves", "PROBE: nichts geht hinaus"),
    ("other_language", "Deutsch", "English"),
    ("log_in", "Log in", "Anmelden"),
    ("log_out", "Log out", "Abmelden"),
    ("key", "Crew key", "Crew-Schlüssel"),
    ("key_hint", "You got it from whoever added you to the crew.",
     "Du hast ihn von der Person, die dich zur Crew hinzugefügt hat."),
    ("key_wrong", "This is not a key of this crew.",
     "Das ist kein Schlüssel dieser Crew."),
    # connection
    ("live", "live", "live"),
    ("not_live", "NOT LIVE", "NICHT LIVE"),
    ("connecting", "connecting", "verbinde"),
    ("clock_offset", "clock {}", "Uhr {}"),
    ("stale", "STALE: last word {} s ago. What you see may be wrong.",
     "VERALTET: letzte Nachricht vor {} s. Die Anzeige kann falsch sein."),
    ("lost", "CONNECTION LOST: reconnecting. What you see may be wrong.",
     "VERBINDUNG VERLOREN: verbinde neu. Die Anzeige kann falsch sein."),
    # clocks and standby
    ("t_clock", "T clock: countdown", "T-Uhr: Countdown"),
    ("l_clock", "L clock: wall time to launch", "L-Uhr: Wandzeit bis zum Start"),
    ("local", "Local", "Ortszeit"),
    ("t_holds", "T stands: on hold", "T steht: Halt"),
    ("t_unset", "T-0 is set by the first GO", "T-0 wird vom ersten GO gesetzt"),
    ("next", "Next", "Nächster"),
    ("next_in", "in {}", "in {}"),
    ("next_now", "now", "jetzt"),
    ("next_waits", "waits", "wartet"),
    ("nothing_next", "Nothing is due by the clock", "Nichts ist nach der Uhr fällig"),
    ("standby", "Standby", "Bereit"),
    ("no_standby", "No cue stands by", "Kein Cue steht bereit"),
    ("go", "GO", "GO"),
    ("go_cue", "GO {}", "GO {}"),
    ("just_changed", "The standby changed just now: look again, then press GO.",
     "Der bereite Cue hat eben gewechselt: noch einmal hinsehen, dann GO."),
    ("focus_hint", "G puts the focus on GO, Enter presses it",
     "G setzt den Fokus auf GO, Enter löst aus"),
    # controls
    ("controls", "Show controls", "Ablauf steuern"),
    ("hold", "Hold", "Halt"),
    ("resume", "Resume", "Weiter"),
    ("resume_hold", "Resume: release hold {}", "Weiter: Halt {} aufheben"),
    ("skip", "Skip", "Auslassen"),
    ("fire", "Fire", "Auslösen"),
    ("more", "More for {}", "Mehr zu {}"),
    ("approve_as", "Approve as {}", "Freigeben als {}"),
    ("revoke", "Revoke", "Zurückziehen"),
    ("silence_all", "Silence all", "Alle stumm"),
    ("silence", "Silence", "Stumm"),
    ("unsilence", "Unsilence", "Stumm aufheben"),
    ("unsilence_all", "Unsilence all", "Alle Stumm aufheben"),
    ("abort", "Abort show", "Show abbrechen"),
    ("end", "End show", "Show beenden"),
    ("not_sent_button", "It is not out", "Es ist nicht draußen"),
    ("not_done_button", "It had no effect", "Es hat nicht gewirkt"),
    ("done_button", "It took effect", "Es hat gewirkt"),
    ("sent_button", "It is out: give its address", "Es ist draußen: Adresse angeben"),
    ("adopt_button", "Posted by hand: adopt", "Von Hand gesendet: übernehmen"),
    ("ask_url", "Address (URL) of the post:", "Adresse (URL) des Posts:"),
    ("press_again", "Sure? {}", "Sicher? {}"),
    ("accepted", "accepted", "angenommen"),
    ("refused", "refused", "abgelehnt"),
    ("failed_call", "not answered", "nicht beantwortet"),
    ("dismiss", "Close message", "Meldung schließen"),
    # sections
    ("rundown", "Rundown", "Ablaufplan"),
    ("procedure", "procedure {}", "Prozedur {}"),
    ("cue", "Cue", "Cue"),
    ("state", "State", "Status"),
    ("planned", "Planned", "Geplant"),
    ("due", "Due", "Fällig"),
    ("fired", "Fired", "Ausgelöst"),
    ("late", "Late", "Verspätet"),
    ("actions", "Actions", "Aktionen"),
    ("by", "by {}", "von {}"),
    ("take", "take {}", "Durchgang {}"),
    ("gates", "Closed gates", "Geschlossene Tore"),
    ("no_gates", "No gate is closed", "Kein Tor ist geschlossen"),
    ("holds", "Holds", "Halte"),
    ("no_holds", "No hold is open", "Kein Halt ist offen"),
    ("since", "since {}", "seit {}"),
    ("until", "until {}", "bis {}"),
    ("posts", "Posts", "Posts"),
    ("no_posts", "This show posts nothing", "Diese Show postet nichts"),
    ("approved_by", "approved: {}", "freigegeben: {}"),
    ("needs", "needs {}", "braucht {}"),
    ("attempts", "{} attempts", "{} Versuche"),
    ("open_post", "Open the post of {}", "Post von {} öffnen"),
    ("counter", "Counter", "Zähler"),
    ("units", "units ordered", "Stück bestellt"),
    ("net", "Net of cancelled", "Ohne Stornos"),
    ("orders", "Orders", "Bestellungen"),
    ("deposits", "Deposits", "Anzahlungen"),
    ("implied_value", "Implied value", "Rechnerischer Wert"),
    ("quarantined", "{} in quarantine", "{} in Quarantäne"),
    ("counter_open", "open", "offen"),
    ("counter_frozen", "frozen", "eingefroren"),
    ("counter_hidden", "hidden", "verborgen"),
    ("do_open", "Open", "Öffnen"),
    ("do_freeze", "Freeze", "Einfrieren"),
    ("do_hide", "Hide", "Verbergen"),
    ("figures", "Figures", "Zahlen"),
    ("stages", "Stages", "Bühnen"),
    ("on_program", "on program", "auf Sendung"),
    ("wanted", "wanted", "gewollt"),
    ("connected", "connected", "verbunden"),
    ("offline", "OFFLINE", "OFFLINE"),
    ("streaming", "streaming", "Stream läuft"),
    ("not_streaming", "not streaming", "kein Stream"),
    ("by_hand", "by hand", "von Hand"),
    ("embargoes", "Embargoes", "Sperrfristen"),
    ("embargo_open", "lifted", "aufgehoben"),
    ("embargo_closed", "closed", "gilt"),
    ("silenced", "silenced", "stumm"),
    ("accounts", "Accounts", "Konten"),
    ("procedures", "Procedures", "Prozeduren"),
    ("health", "Health", "Zustand"),
    ("no_health", "Nothing reported", "Nichts gemeldet"),
    ("level_good", "good", "gut"),
    ("level_warning", "warning", "Warnung"),
    ("level_bad", "bad", "schlecht"),
    ("level_offline", "offline", "offline"),
    ("log", "Log", "Protokoll"),
    # states of the show, of cues, of posts
    ("state_scheduled", "scheduled", "angesetzt"),
    ("state_counting", "counting", "läuft"),
    ("state_holding", "holding", "Halt"),
    ("state_closing", "closing", "schließt"),
    ("state_complete", "complete", "beendet"),
    ("state_aborted", "aborted", "abgebrochen"),
    ("state_idle", "idle", "ruht"),
    ("state_pending", "pending", "steht an"),
    ("state_standby", "standby", "bereit"),
    ("state_waiting", "waiting", "wartet"),
    ("state_held", "held", "angehalten"),
    ("state_running", "running", "läuft"),
    ("state_done", "done", "erledigt"),
    ("state_failed", "failed", "gescheitert"),
    ("state_parked", "parked", "geparkt"),
    ("state_skipped", "skipped", "ausgelassen"),
    ("state_not_taken", "not taken", "nicht gewählt"),
    ("state_in_doubt", "in doubt", "ungewiss"),
    ("state_sending", "sending", "wird gesendet"),
    ("state_sent", "sent", "gesendet"),
    ("state_refused", "refused", "abgewiesen"),
    ("verdict_green", "verdict green", "Urteil grün"),
    ("verdict_red", "verdict red", "Urteil rot"),
    # the open page
    ("public_scheduled", "Soon", "Demnächst"),
    ("public_counting", "Starts in", "Beginnt in"),
    ("public_hold", "One moment: the countdown pauses",
     "Einen Moment: der Countdown pausiert"),
    ("public_live", "Live now", "Jetzt live"),
    ("public_ended", "The event is over", "Die Veranstaltung ist beendet"),
    ("public_counter", "reservations", "Reservierungen"),
    ("public_at_least", "at least", "mindestens"),
    ("public_frozen", "counting closed", "Zählung geschlossen"),
    ("public_posts", "Published", "Veröffentlicht"),
    ("public_no_posts", "Nothing published yet.", "Noch nichts veröffentlicht."),
    ("public_open", "Open on {}", "Öffnen auf {}"),
    ("public_stale", "No connection: this page may be out of date.",
     "Keine Verbindung: diese Seite ist vielleicht veraltet."),
)  # fmt: skip

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {key: english for key, english, _ in _TABLE},
    "de": {key: german for key, _, german in _TABLE},
}


def choose_language(asked: str | None, accept: str) -> str:
    """What ``?lang=`` asks for, else the first that the browser wants, else English."""
    if asked in LANGUAGES:
        return asked
    weighed = []
    for position, part in enumerate(accept.split(",")[:20]):
        tag, _, params = part.strip().partition(";")
        quality = params.strip().removeprefix("q=") or "1"
        try:
            weighed.append((-float(quality), position, tag.strip().lower()[:2]))
        except ValueError:
            continue
    return next((tag for _, _, tag in sorted(weighed) if tag in LANGUAGES), "en")
