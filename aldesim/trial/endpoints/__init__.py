"""What a trial is judged by: response, survival, proportions, adverse events."""

from aldesim.trial.endpoints.landmark import (
    Landmark,
    durable_response,
    duration_of_response,
    landmark_survival,
)
from aldesim.trial.endpoints.logrank import LogRank, logrank
from aldesim.trial.endpoints.paired import (
    Paired,
    paired_means,
    paired_proportions,
    paired_restricted_means,
)
from aldesim.trial.endpoints.pooled import Pooled, pooled, pooled_curve, pooled_proportion
from aldesim.trial.endpoints.proportions import Proportion, proportion
from aldesim.trial.endpoints.recist import (
    RECIST,
    RESPONSES,
    WHO,
    Assessment,
    Criteria,
    assess,
    progression_free,
)
from aldesim.trial.endpoints.survival import (
    Estimate,
    KaplanMeier,
    kaplan_meier,
)
from aldesim.trial.endpoints.toxicity import ToxicityTable, worst_grades

__all__ = [
    "RECIST",
    "RESPONSES",
    "WHO",
    "Assessment",
    "Criteria",
    "Estimate",
    "KaplanMeier",
    "Landmark",
    "LogRank",
    "Paired",
    "Pooled",
    "Proportion",
    "ToxicityTable",
    "assess",
    "durable_response",
    "duration_of_response",
    "kaplan_meier",
    "landmark_survival",
    "logrank",
    "paired_means",
    "paired_proportions",
    "paired_restricted_means",
    "pooled",
    "pooled_curve",
    "pooled_proportion",
    "progression_free",
    "proportion",
    "worst_grades",
]
