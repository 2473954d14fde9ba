"""What follows a course: evaluation and the earliest next one."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

Weeks = Annotated[float, Field(gt=0, le=520)]


class FollowUp(BaseModel):
    """When the result is looked at, and when a further course may begin.

    Parameters
    ----------
    evaluation_weeks : float, optional
        From the last dose to the evaluation of response.
    next_course_weeks : float, optional
        Least time to the first dose of a further course.
    counted_from : str
        What `next_course_weeks` counts from: "discharge", "last_dose" or "first_dose".
    condition : str
        What else must hold for a further course.
    source : str
        Where the times come from.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    evaluation_weeks: Weeks | None = None
    next_course_weeks: Weeks | None = None
    counted_from: Literal["discharge", "last_dose", "first_dose"] = "discharge"
    condition: str = ""
    source: str

    @model_validator(mode="after")
    def _says_something(self) -> "FollowUp":
        if self.evaluation_weeks is None and self.next_course_weeks is None:
            raise ValueError("needs evaluation_weeks or next_course_weeks")
        return self
