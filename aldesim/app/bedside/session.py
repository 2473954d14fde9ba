"""The bedside of one browser session: the course on show, the one held beside it, the answers."""

import base64
from typing import Any

from aldesim.app.bedside import export, words
from aldesim.app.bedside.dosing import not_counting
from aldesim.app.bedside.patient import Course, has_tumour
from aldesim.app.bedside.setting import check_setting
from aldesim.app.themes import theme_named
from aldesim.errors import InputError
from aldesim.report.figures.bedside import PANELS, Shown, panel_spec, symptom_spec
from aldesim.report.figures.dose_lane import lane_spec
from aldesim.report.palette import Theme

EXPORTS = ("csv", "yaml")


class Bedside:
    """Answers of the bedside; one instance a session, nothing shared between sessions."""

    def __init__(self) -> None:
        self._course: Course | None = None
        self._held: Course | None = None

    def draw(self, setting: Any, theme: Any) -> dict[str, Any]:
        """Treat the patient of a setting; pictures and words until a few days after treatment."""
        self._course = Course(check_setting(setting))
        self._course.treat_until(self._course.treatment_end)
        return self._pictures(theme_named(theme)) | {
            "headline": words.headline(self._course),
            "missed": words.not_given(self._course),
            "moment": words.moment(self._course, words.telling_day(self._course)),
        }

    def rest(self, theme: Any) -> dict[str, Any]:
        """The same course followed to the end of observation."""
        self._now.finish()
        return self._pictures(theme_named(theme)) | {"headline": words.headline(self._now)}

    def redraw(self, theme: Any) -> dict[str, Any]:
        """The pictures again, in other colours."""
        return self._pictures(theme_named(theme))

    def hold(self, setting: Any, theme: Any) -> dict[str, Any] | None:
        """Keep a setting beside the one on show; nothing to let it go."""
        if setting is None:
            self._held = None
        else:
            self._held = Course(check_setting(setting))
            self._held.treat_until(self._held.treatment_end)
        return self._pictures(theme_named(theme)) if self._course else None

    def moment(self, day: Any) -> dict[str, Any]:
        """What is happening on a day, in words."""
        if isinstance(day, bool) or not isinstance(day, (int, float)) or not 0 <= day <= 36500:
            raise InputError("moment", "day", str(day)[:40], "must be within 0 and 36500 days")
        return words.moment(self._now, float(day))

    def export(self, kind: Any) -> dict[str, str]:
        """A file: its name, its type, its content in base64."""
        self._now.finish()
        if kind == "csv":
            content, name, media = export.csv(self._now).encode(), "bedside.csv", "text/csv"
        elif kind == "yaml":
            content, name, media = export.files(self._now), "bedside.zip", "application/zip"
        else:
            raise InputError(
                "export", "kind", str(kind)[:40], f"must be one of {', '.join(EXPORTS)}"
            )
        return {"name": name, "type": media, "content": base64.b64encode(content).decode()}

    @property
    def _now(self) -> Course:
        if self._course is None:
            raise InputError("bedside", "", "nothing", "draw a setting first")
        return self._course

    def _pictures(self, theme: Theme) -> dict[str, Any]:
        now, held = self._now, self._held
        if held is not None:
            held.treat_until(float(now.signs["time"][-1]))
        shown = [_shown(now, "A" if held else "")]
        shown += [_shown(held, "B")] if held else []
        pictures = {panel.id: panel_spec(panel, shown, theme) for panel in PANELS}
        columns = [words.outcomes(course) for course in (now, held) if course]
        return {
            "lane": lane_spec(shown, theme),
            "panels": pictures | {"symptoms": symptom_spec(shown, theme)},
            "outcomes": [
                [rows[0][0], *(value for _, value in rows)] for rows in zip(*columns, strict=True)
            ],
            "end": now.treatment_end,
            "idle": not_counting(now.setting, has_tumour(str(now.setting["disease"]))),
            "failed": now.failed,
        }


def _shown(course: Course, name: str) -> Shown:
    return Shown(course.signs, course.doses, course.events, name)
