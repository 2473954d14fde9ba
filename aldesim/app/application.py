"""The Shiny application: one page, its assets, and the questions that each session may ask."""

import inspect
import re
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import plotly
from shiny import App, Inputs, Outputs, Session, ui
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from aldesim.app.answers import answering
from aldesim.app.bedside.session import Bedside
from aldesim.app.clinic.session import Clinic
from aldesim.app.design.session import Design
from aldesim.app.evidence.session import Evidence, Qualification
from aldesim.app.guard import Application, Guard
from aldesim.app.page import page, plot_templates, theme_css
from aldesim.app.trials.jobs import Jobs
from aldesim.app.trials.session import Trials
from aldesim.app.wire import Wire

STATIC = Path(__file__).with_name("static")
PLOTLY = Path(plotly.__file__).with_name("package_data") / "plotly.min.js"
_INLINE = re.compile(r"<script>(.*?)</script>", re.DOTALL)
UPLOADS = ("uploadInit", "uploadEnd")


def questions(
    jobs: Jobs, qualification: Qualification, owner: str
) -> dict[str, Callable[..., Any]]:
    """Every question of a session by name, with the method that answers it; made afresh."""
    bedside, trials, clinic = Bedside(), Trials(jobs, owner), Clinic()
    evidence, design = Evidence(qualification), Design()
    return {
        "bedside.draw": bedside.draw,
        "bedside.rest": bedside.rest,
        "bedside.redraw": bedside.redraw,
        "bedside.hold": bedside.hold,
        "bedside.moment": bedside.moment,
        "bedside.export": bedside.export,
        "trial.start": trials.start,
        "trial.state": trials.state,
        "trial.pause": trials.pause,
        "trial.resume": trials.resume,
        "trial.cancel": trials.cancel,
        "trial.delete": trials.delete,
        "trial.open": trials.open,
        "trial.compare": trials.compare,
        "trial.comparison": trials.comparison,
        "trial.patients": trials.patients,
        "trial.report": trials.report,
        "design.map": design.map,
        "design.doses": design.doses,
        "clinic.items": clinic.items,
        "clinic.screen": clinic.screen,
        "clinic.read": clinic.read,
        "clinic.plan": clinic.plan,
        "clinic.handout": clinic.handout,
        "clinic.rules": clinic.rules,
        "evidence.board": evidence.board,
        "evidence.compute": evidence.compute,
        "evidence.parameters": evidence.parameters,
        "evidence.model": evidence.model,
    }


def application(runs: Path, token: str | None = None) -> Application:
    """The whole app as an ASGI application, guarded.

    Parameters
    ----------
    runs : Path
        Folder of runs.
    token : str, optional
        Asked of every browser; without it only loopback names are answered.
    """
    jobs, qualification = Jobs(runs), Qualification(runs)

    def server(input: Inputs, output: Outputs, session: Session) -> None:
        for name in UPLOADS:
            session.set_message_handler(name, None)
        session.on_ended(lambda: jobs.leave(session.id))
        for name, method in questions(jobs, qualification, session.id).items():
            most = len(inspect.signature(method).parameters)
            session.set_message_handler(name, answering(method, most))

    app = App(
        ui.page_html(page()),
        server,
        static_assets={"/static": STATIC, "/plotly.min.js": PLOTLY},
    )
    app.sanitize_errors = True
    app.on_shutdown(jobs.close)
    app.on_shutdown(qualification.close)
    for path, answer in (
        ("/theme.css", PlainTextResponse(theme_css(), media_type="text/css")),
        ("/templates.json", JSONResponse(plot_templates())),
    ):
        app.starlette_app.routes.insert(0, Route(path, _always(answer)))
    assert not callable(app.ui)
    return Guard(
        Wire(app, questions(jobs, qualification, "")), token, _INLINE.findall(app.ui["html"])
    )


def _always(answer: Response) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that gives the same answer to everyone."""

    async def endpoint(request: Request) -> Response:
        return answer

    return endpoint
