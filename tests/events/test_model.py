"""Any sequence of what people, coordinators and the clock can do to an event, several things at once, against real PostgreSQL.

People register, alone, with colleagues and by mailed links, prove who they are, confirm, change what they wrote, hand their place on, say "not me" and leave;
coordinators decide, change seats, time and ways to take part, close and open the door; offers lapse; in the end it is called off while others still act. After
each round hold the rules of `tests/support/event_rules`: never more seated than seats, nobody lost or passed by, every state explained by a letter, and, once
the post has arrived, calendars that show the event as it is to exactly those who have a seat.

`make test` tries the same few long sequences each time. KUTSE_TEST_EXAMPLES=1000 tries so many others, drawn anew or by `--hypothesis-seed`.
"""

from __future__ import annotations

import asyncio
import os
from datetime import datetime
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from service.events.capacity import Standing
from service.events.office import Office
from service.events.terms import Terms
from service.letters import inline
from tests.support import event_acts, event_rules, event_world
from tests.support.event_world import Act, World

EXAMPLES = os.environ.get("KUTSE_TEST_EXAMPLES", "")


@pytest.mark.timeout(0 if EXAMPLES else 240)
async def test_whatever_happens_seats_line_letters_and_calendars_agree(
    office: Office, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(inline, "_premailer", str)  # nobody looks at the letters
    await event_world.members(office, now)

    class Machine(RuleBasedStateMachine):
        """Runs beside the loop, in a thread; each rule waits for what it started on the loop."""

        world: World
        is_sound = False

        @initialize(
            terms=event_acts.terms(now), capacity=st.integers(1, 4), dates=st.sampled_from([1, 1, 2]), crowd=some(event_acts.REGISTER)
        )
        def publish(self, terms: Terms, capacity: int, dates: int, crowd: list[Act]) -> None:
            self.world = self.wait(event_world.world(office=office, now=now, terms=terms, capacity=capacity, dates=dates))
            self.is_sound = True
            self.wait(self.world.round(crowd, arrives=False))

        @rule(acts=some(event_acts.ACTS), hours=st.sampled_from([0, 0, 0, 1, 30]), arrives=st.booleans())
        def act(self, acts: list[Act], hours: int, arrives: bool) -> None:
            self.wait(self.world.round(acts, hours=hours, arrives=arrives))

        def teardown(self) -> None:
            if self.is_sound:
                self.wait(self.world.fewer_seats_than_taken())
                late = [event_acts.cancel(0), event_acts.confirm(0), event_acts.add(0)]
                self.wait(self.world.round([event_world.call_off, *late], arrives=True))

        def wait(self, what: Any) -> Any:
            sound, self.is_sound = self.is_sound, False
            done = asyncio.run_coroutine_threadsafe(what, loop).result()
            self.is_sound = sound
            return done

    await asyncio.to_thread(run_state_machine_as_test, Machine, settings=_settings())


def some(acts: st.SearchStrategy[Act]) -> st.SearchStrategy[list[Act]]:
    """What is done at once."""
    return st.lists(acts, min_size=2, max_size=5)


def _settings() -> settings:
    return settings(
        max_examples=int(EXAMPLES or "6"),
        stateful_step_count=12,
        derandomize=not EXAMPLES,
        database=None,
        report_multiple_bugs=False,
        phases=(Phase.generate,),  # to look for the shortest sequence takes minutes
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_every_state_has_its_letter() -> None:
    assert set(event_rules.SAYS) == set(Standing)
