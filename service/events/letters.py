"""The letters around an event ★: one table of kinds, each of which a coordinator may say in other words, event by event and language by language.

A kind's name is its folder in `templates/email/`; its standard words stand there in `words.md`, its subject in `subject.txt`. What is not words (the card
of the event, the calendar's sentences, the button) stays as it is. A new letter joins by its folder and a line in `GROUPS`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from service.languages.catalogues import marked

OF_READER = {
    "greeting": marked("“Hello” with the name"),
    "name": marked("the name of whoever reads it"),
}
OF_EVENT = {
    "event": marked("the title"),
    "time": marked("day and hours"),
    "place": marked("the place"),
}


@dataclass(frozen=True, slots=True)
class Kind:
    """One letter: its folder, what it is called, when it goes out (message ids), and merge fields of its own: slot → what it stands for.

    `invites`: an invitation for the calendar comes with it.
    """

    template: str
    name: str
    when: str
    own: Mapping[str, str]
    invites: bool = False

    @property
    def fields(self) -> dict[str, str]:
        """Every merge field, with what it stands for."""
        return {**OF_READER, **OF_EVENT, **self.own}


def _kind(template: str, name: str, when: str, *, invites: bool = False, **own: str) -> Kind:
    return Kind(template, name, when, own, invites)


def _of_item(template: str, name: str, when: str, **own: str) -> Kind:
    item = {"item": marked("the title of the part"), "item_time": marked("its day and hours")}
    return Kind(template, name, when, item | own)


GROUPS = {
    marked("Registration"): (
        _kind(
            "event_invited",
            marked("Invitation"),
            marked("When you write to the people on the list of those invited."),
            until=marked("until when they can register"),
        ),
        _kind(
            "registration_confirmed",
            marked("Confirmation"),
            marked("When somebody gets a seat. The invitation for the calendar is part of it."),
            invites=True,
        ),
        _kind("registration_exists", marked("Registered already"), marked("When somebody registers who is registered already.")),
        _kind(
            "mode_changed",
            marked("The other way of taking part"),
            marked("When somebody changes from the room to online, or back."),
            invites=True,
            mode=marked("in the room or online"),
        ),
        _kind(
            "calendar_declined",
            marked("Declined in the calendar"),
            marked("When somebody’s calendar declines: asks whether the place is given back."),
        ),
        _kind("registration_cancelled", marked("Place given back"), marked("When somebody gives a place back, or you do it for them.")),
        _kind(
            "registration_handed_on",
            marked("Place handed on"),
            marked("To whoever has handed a place on to a colleague. The colleague gets the confirmation."),
            handed_to_name=marked("the name of the colleague"),
        ),
    ),
    marked("Waiting and requests"): (
        _kind(
            "registration_waitlisted",
            marked("Waiting list"),
            marked("When all seats are taken."),
            waitlist_place=marked("the place in the line"),
        ),
        _kind(
            "seat_offered",
            marked("Seat offered"),
            marked("When a seat comes free and has to be confirmed in time."),
            until=marked("until when the seat is kept"),
        ),
        _kind("offer_over", marked("Offer over"), marked("When an offered seat was not confirmed in time.")),
        _kind("registration_promoted", marked("Moved up"), marked("When somebody moves up from the waitlist."), invites=True),
        _kind(
            "request_received",
            marked("Request received"),
            marked("When you decide yourself who gets a seat, or the link has to prove who it is."),
        ),
        _kind(
            "request_approved",
            marked("Accepted"),
            marked("When you accept a request. The invitation for the calendar is part of it."),
            invites=True,
        ),
        _kind("request_declined", marked("Declined"), marked("When you decline a request.")),
    ),
    marked("Changes"): (
        _kind("event_changed", marked("Changed"), marked("To people with a seat, when time, place or link change."), invites=True),
        _kind(
            "event_changed_waiting", marked("Changed, still waiting"), marked("To people without a seat yet, when time or place change.")
        ),
        _kind(
            "date_joined", marked("Dates joined"), marked("When a date now follows another, so that the two are one entry in calendars.")
        ),
        _kind("event_called_off", marked("Called off"), marked("To everybody, with the message that you write when you call it off.")),
        _of_item(
            "item_changed",
            marked("Part of the programme moved"),
            marked("To those who chose it, when its time or place change."),
            item_before=marked("the hours and place until now"),
        ),
        _of_item("item_dropped", marked("Part of the programme dropped"), marked("To those who chose it, when it does not take place.")),
        _of_item("item_seated", marked("Place in a part of the programme"), marked("To whoever waited for it, when a place comes free.")),
    ),
    marked("Before and after"): (
        _kind("event_reminder", marked("Reminder"), marked("Before each date, to people with a seat.")),
        _kind("event_joining", marked("Joining link"), marked("Before each date, if there is an online link.")),
        _kind("event_thanks", marked("Thank-you"), marked("Afterwards, to those who came.")),
    ),
}
"""What they are about → the letters in the order in which people get them."""

KINDS = {kind.template: kind for kinds in GROUPS.values() for kind in kinds}
