"""Piccolo's view of this room."""

from service.events.tables import (
    Attendance,
    CalendarAnswer,
    CalendarEntry,
    Event,
    EventDay,
    EventItem,
    EventSeries,
    EventTopic,
    EventWords,
    Invitation,
    Invitee,
    ItemChoice,
    LetterPlan,
    Question,
    QuestionAnswer,
    QuestionFile,
    Registration,
    RegistrationNeeds,
    SentOnce,
)
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
        *(Question, QuestionAnswer, QuestionFile, RegistrationNeeds),
        *(EventWords, LetterPlan, SentOnce, Attendance),
    ],
    after=["people", "subscriptions"],
)
