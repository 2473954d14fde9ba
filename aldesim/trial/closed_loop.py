"""The closed loop: patients in the care of a clinic, one instant of the clock after the other.

At each instant: look at the signs, note events, decide the dose that is due, review the supportive
orders, and let the model run on to the next instant.
"""

import numpy as np

from aldesim.care import (
    ACTION_NAMES,
    GIVE,
    HOLD,
    STOP_CYCLE,
    STOP_FOR_GOOD,
    Grading,
    Memory,
    SupportMemory,
    decide,
    explain,
    load_grading,
    orders,
)
from aldesim.model import parameter_table
from aldesim.population import VirtualPatients
from aldesim.timeunits import HOURS_PER_DAY
from aldesim.trial.before import changes
from aldesim.trial.body import INFUSIONS, begin, give, stop_infusions
from aldesim.trial.clock import NONE
from aldesim.trial.events import EventWatch, draw_fates
from aldesim.trial.extremes import Extremes, WorstGrades
from aldesim.trial.imaging import OBSERVED, Scanner, Spread
from aldesim.trial.journal import Courses, DecisionLog, Ledger, OrderLog
from aldesim.trial.mortality import DEATH_HAZARDS, Mortality
from aldesim.trial.protocol import Protocol
from aldesim.trial.readings import Readings
from aldesim.trial.scans import assess_scans, progressed, responding
from aldesim.trial.signs import CHARTED_ONLY, READ, Chart
from aldesim.trial.stay import Stay
from aldesim.trial.treatment import Treatment


class ClosedLoop:
    """Patients in the care of a clinic, one instant of the clock after the other.

    Parameters
    ----------
    protocol : Protocol
        What to do.
    patients : ndarray of int, shape (n,)
        Patient indices.
    signs : tuple of str, optional
        Observables of the model that the courses keep; by default those of the protocol.
    grading : Grading, optional
        Terms of the worst grades; those of CTCAE by default.

    Attributes
    ----------
    treatment : Treatment
        What has happened so far.
    """

    def __init__(
        self,
        protocol: Protocol,
        patients: np.ndarray,
        signs: tuple[str, ...] | None = None,
        grading: Grading | None = None,
    ):
        scenario, signs = protocol.scenario, signs or protocol.course_signs
        self._protocol, self._clock = protocol, protocol.clock
        self._calendar, self._slots = protocol.calendar, protocol.slots
        virtual, batch = begin(protocol, patients)
        watch = EventWatch(draw_fates(protocol.event_kinds, scenario.seed, patients), len(patients))
        self._observed = (
            *(*READ, "SLD", *signs, *CHARTED_ONLY),
            *(*watch.hazards, *DEATH_HAZARDS.values(), *OBSERVED),
        )
        seen = batch.observe(self._observed)
        self._chart = Chart(seen, self._readings(seen, patients))
        self._ward_memory: SupportMemory | None = None
        self._rule_memory: Memory | None = None
        self._no_bolus = np.zeros(len(patients))
        nobody = np.zeros(len(patients), dtype=bool)
        self._nobody = nobody
        baseline = self._chart.look(
            0.0, seen, watch.active(0.0), self._no_bolus, nobody, arriving=nobody
        )
        self._inputs = {
            name: np.full(len(patients), value) for name, value in protocol.model.inputs.items()
        }
        self._ward_empty = False
        self._orders_at_home = any(order.at_home for order in protocol.support.orders)
        self._sent: dict[str, np.ndarray] = {}
        self._size_before = np.full(len(patients), np.nan)
        usual = {n: now.copy() for n, now in self._inputs.items() if n not in INFUSIONS}
        self.treatment = Treatment(
            patients=patients,
            virtual=virtual,
            batch=batch,
            stay=Stay(len(patients)),
            mortality=Mortality(scenario.seed, patients),
            watch=watch,
            extremes=Extremes(seen),
            grades=WorstGrades(grading or load_grading(), baseline),
            ledger=Ledger(protocol.amount_unit),
            decisions=DecisionLog(),
            order_log=OrderLog(usual),
            courses=Courses(signs),
            scanner=self._scanner(virtual, seen),
        )
        self._before_first_dose()

    def _before_first_dose(self) -> None:
        """Give what comes before the first dose; nothing is decided on it."""
        done, scenario = self.treatment, self._protocol.scenario
        for day, now in changes(scenario.before, done.virtual, scenario.parameters):
            done.batch.advance(day, self._inputs)
            self._inputs |= now
            done.order_log.note(day, now)

    def _readings(self, seen: dict[str, np.ndarray], patients: np.ndarray) -> Readings | None:
        """How signs are read, None if exactly and at once."""
        schedule = self._protocol.measurement
        if schedule is None:
            return None
        return Readings(schedule, self._protocol.scenario.seed, patients, seen)

    def _scanner(self, virtual: VirtualPatients, seen: dict[str, np.ndarray]) -> Scanner:
        imaging, seed = self._protocol.imaging, self._protocol.scenario.seed
        table = parameter_table()
        spread = Spread(
            imaging,
            seed,
            virtual.patients,
            seen,
            exponent=table["seeding_exponent"].value,
            extinct_volume=table["tumour_extinction"].value,
        )
        lesions = self._protocol.lesions(virtual)
        return Scanner(imaging, lesions, spread, seed, virtual.patients, seen)

    def step(self, instant: int) -> None:
        """Arrive at an instant, look, decide, and set the inputs of the time that follows."""
        done, clock = self.treatment, self._clock
        day = float(clock.days[instant])
        # An array is never changed in place: the same one is the same order.
        changed = {
            name: now for name, now in self._inputs.items() if now is not self._sent.get(name)
        }
        done.batch.advance(day, changed)
        self._sent |= changed
        seen = done.batch.observe(self._observed)
        done.mortality.look(day, seen)
        alive = done.mortality.alive & np.isfinite(seen["MAP"])
        done.watch.look(day, seen, alive)
        if clock.record[instant]:
            done.scanner.look(seen)
        if clock.scan[instant] != NONE:
            done.scanner.scan(day, int(clock.scan[instant]), seen, alive)
            self._scanned(day)
        arriving = self._arrive(int(clock.slot[instant]), alive)
        ward = self._ward_memory
        boluses = self._no_bolus if ward is None else ward.fluid_bolus_24h
        signs = self._chart.look(
            day, seen, done.watch.active(day), boluses, done.stay.inpatient, arriving
        )
        done.extremes.look(seen, alive)
        done.grades.look(day, signs, alive)
        if clock.record[instant]:
            done.courses.note(day, seen, alive)
        if clock.infusion_end[instant]:
            stop_infusions(self._inputs)
        if clock.slot[instant] != NONE:
            self._dose(int(clock.slot[instant]), day, signs, alive)
        if clock.round[instant]:
            self._round(bool(clock.close[instant]), day, signs, alive)
        if instant + 1 < len(clock):
            done.extremes.pass_time(
                float(clock.days[instant + 1]) - day,
                np.where(alive, seen["pressor_dose"], 0.0),
                self._inputs["crystalloid_rate"],
            )

    def _arrive(self, index: int, alive: np.ndarray) -> np.ndarray:
        """Who comes in now, if a cycle begins with this slot; bool, shape (n,)."""
        if index == NONE or self._slots.slot[index] != 1:
            return self._nobody
        done = self.treatment
        if index and self._calendar.opens_course(index):
            if self._calendar.continues(index):
                done.stay.begin_continuation(self._may_continue())
            else:
                scan = done.scans[-1]
                done.stay.begin_course((scan.sld < self._size_before) & (scan.new_lesions == 0))
                self._size_before = scan.sld
        elif not index:
            self._size_before = done.scans[0].sld
        before = done.stay.inpatient
        done.stay.begin_cycle(alive, hospital=not self._calendar.home[index])
        return done.stay.inpatient & ~before

    def _may_continue(self) -> np.ndarray:
        """Whose scans allow doses at home after the courses; bool, shape (n,)."""
        done, plan = self.treatment, self._protocol.scenario.continuation
        found = assess_scans(done.scans, done.mortality.day)
        if plan is not None and plan.who == "responders":
            return responding(found)
        return ~progressed(found)

    def _scanned(self, day: float) -> None:
        """A scan that shows progression ends doses at home."""
        done, plan = self.treatment, self._protocol.scenario.continuation
        begun = self._calendar.continuation_day
        if plan is None or begun is None or day <= begun or plan.until != "progression":
            return
        done.stay.end_continuation(progressed(assess_scans(done.scans, done.mortality.day)))

    def _dose(
        self, index: int, day: float, signs: dict[str, np.ndarray], alive: np.ndarray
    ) -> None:
        """Decide the dose that is due, give it or not, and write it down."""
        done, slot = self.treatment, self._slots[index]
        stay = done.stay
        due = stay.on_treatment & alive
        trends = self._chart.decision_signs(day, signs)
        verdict = decide(self._protocol.rules, trends, self._rule_memory, day, slot.cycle)
        self._rule_memory = verdict.memory
        action = np.where(due, verdict.action, HOLD)
        given = due & (action == GIVE)
        reasons = {row: explain(verdict, row) for row in np.flatnonzero(due & ~given).tolist()}

        planned = self._slots.dose(
            index, done.virtual.covariates["body_weight"], done.virtual.covariates["BSA"]
        )
        give(self._protocol, done.batch, self._inputs, slot, np.where(given, planned, 0.0))
        stay.last_dose[given] = day
        stay.stop(
            slot.cycle, due & (action == STOP_CYCLE), due & (action == STOP_FOR_GOOD), reasons
        )
        if self._calendar.ends_cycle(index):
            stay.end_cycle()
        names, course = np.array(ACTION_NAMES)[action], int(self._calendar.course[index])
        done.ledger.note(
            due,
            course=course,
            cycle=slot.cycle,
            slot=slot.slot,
            day=day,
            planned=planned,
            given=given,
            action=names,
            reasons=reasons,
        )
        done.decisions.note(
            due,
            course=course,
            cycle=slot.cycle,
            slot=slot.slot,
            day=day,
            action=names,
            signs=verdict.signs,
            ages=self._chart.ages(day),
        )

    def _round(
        self, closing: bool, day: float, signs: dict[str, np.ndarray], alive: np.ndarray
    ) -> None:
        """Review discharge and the supportive orders; they stand until the next round."""
        done = self.treatment
        done.stay.discharge(day, signs, alive, everyone=closing)
        empty = not self._orders_at_home and not done.stay.inpatient.any()
        if empty and self._ward_empty:
            return  # every order has ended already
        self._ward_empty = empty
        standing, self._ward_memory = orders(
            self._protocol.support,
            signs,
            self._ward_memory,
            HOURS_PER_DAY * (day - done.stay.last_dose),
            done.stay.inpatient,
            self._protocol.model.inputs,
        )
        # What stays as it was keeps its array.
        before = np.array([self._inputs[name] for name in standing])
        differs = (np.array(list(standing.values())) != before).any(axis=1).tolist()
        changed = {
            name: now for (name, now), new in zip(standing.items(), differs, strict=True) if new
        }
        self._inputs |= changed
        noted = [name for name in done.order_log.last if name in changed]
        done.order_log.note(day, {name: changed[name] for name in noted})
