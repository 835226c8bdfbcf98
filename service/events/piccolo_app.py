"""Piccolo's view of this room."""

from service.events.tables import (
    CalendarAnswer,
    CalendarEntry,
    Event,
    EventDay,
    EventItem,
    EventSeries,
    EventTopic,
    Invitation,
    ItemChoice,
    Question,
    QuestionAnswer,
    QuestionFile,
    Registration,
    RegistrationNeeds,
)
from service.persistence.migrations import app

APP_CONFIG = app(
    "events",
    tables=[
        *(EventSeries, Event, CalendarEntry, EventDay, Registration, Invitation, CalendarAnswer, EventTopic, EventItem, ItemChoice),
        *(Question, QuestionAnswer, QuestionFile, RegistrationNeeds),
    ],
    after=["people", "subscriptions"],
)
