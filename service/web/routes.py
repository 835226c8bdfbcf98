"""Every route there is, in one list: what is not named here is not on the site."""

from __future__ import annotations

from litestar.types import ControllerRouterHandler

from service.web import assets, design, health, mailbox, media, welcome
from service.web.api import returns as webhooks
from service.web.console import (
    account,
    attendance,
    agenda,
    event_letters,
    event_words,
    mailing_preview,
    mailing_results,
    mailing_sending,
    mailing_words,
    mailings,
    overview,
    participants,
    returns,
    settings,
    settings_fundings,
    settings_members,
    sign_in,
    subscribers,
)
from service.web.console import calls as console_calls
from service.web.console import events as console_events
from service.web.public import archive, calls, confirm, events, feeds, home, preferences, registration, registration_agenda, subscribe, unsubscribe

ROUTES: list[ControllerRouterHandler] = [
    assets.asset,
    assets.favicon,
    assets.robots,
    design.design,
    health.ready,
    health.whole,
    home.root,
    home.brand,
    home.cluster_root,
    home.home,
    *mailbox.ROUTES,
    media.media,
    *sign_in.ROUTES,
    *welcome.ROUTES,
    *account.ROUTES,
    *overview.ROUTES,
    *settings.ROUTES,
    *settings_fundings.ROUTES,
    *settings_members.ROUTES,
    *subscribe.ROUTES,
    *confirm.ROUTES,
    *preferences.ROUTES,
    *unsubscribe.ROUTES,
    *subscribers.ROUTES,
    *events.ROUTES,
    *console_events.ROUTES,
    *console_calls.ROUTES,
    *event_words.ROUTES,
    *event_letters.ROUTES,
    *attendance.ROUTES,
    *participants.ROUTES,
    *agenda.ROUTES,
    *registration.ROUTES,
    *registration_agenda.ROUTES,
    *calls.ROUTES,
    *feeds.ROUTES,
    *mailings.ROUTES,
    *mailing_words.ROUTES,
    *mailing_preview.ROUTES,
    *mailing_sending.ROUTES,
    *mailing_results.ROUTES,
    *archive.ROUTES,
    *returns.ROUTES,
    *webhooks.ROUTES,
]
