"""Piccolo's view of this room."""

from service.events.tables import (
    CalendarAnswer,
    CalendarEntry,
    Event,
    EventDay,
    EventItem,
    EventSeries,
    EventTopic,
    FileAside,
    Invitation,
    Invitee,
    ItemChoice,
    Question,
    QuestionAnswer,
    QuestionFile,
    Registration,
    RegistrationNeeds,
)
from service.events.tables_around import Attendance, EventWords, LetterPlan, Material, SentOnce
from service.persistence.migrations import app

APP_CONFIG = app(
    "events",
    tables=[
        *(
            EventSeries,
            Event,
            CalendarEntry,
            EventDay,
            Registration,
            Invitee,
            Invitation,
            CalendarAnswer,
            EventTopic,
            EventItem,
            ItemChoice,
        ),
        *(Question, QuestionAnswer, QuestionFile, FileAside, RegistrationNeeds),
        *(EventWords, LetterPlan, SentOnce, Attendance, Material),
    ],
    after=["people", "subscriptions"],
)
