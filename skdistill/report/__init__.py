"""What a student is worth, on held-out rows."""

from skdistill.measures import Costs, compare, one_row_latency, serialized_bytes
from skdistill.report._bootstrap import Interval, bootstrap_interval
from skdistill.report._class_displays import AgreementDisplay, ReliabilityDisplay
from skdistill.report._display import COLORS as COLORS
from skdistill.report._display import FAINT as FAINT
from skdistill.report._display import Display as Display
from skdistill.report._display import mark_costs as mark_costs
from skdistill.report._fidelity import fidelity_report
from skdistill.report._fidelity_report import FidelityReport, ModelFigures
from skdistill.report._fit_displays import TrainingDisplay, TransferDisplay
from skdistill.report._number_displays import PredictionDisplay, ResidualDisplay
from skdistill.report._slices import Slice
from skdistill.report._tables import make_tables as make_tables
from skdistill.report._tradeoff_display import TradeoffDisplay
from skdistill.report._verdict import Verdict
from skdistill.tasks import Measure, agreement, expected_calibration_error

__all__ = [
    "AgreementDisplay",
    "Costs",
    "FidelityReport",
    "Interval",
    "Measure",
    "ModelFigures",
    "PredictionDisplay",
    "ReliabilityDisplay",
    "ResidualDisplay",
    "Slice",
    "TradeoffDisplay",
    "TrainingDisplay",
    "TransferDisplay",
    "Verdict",
    "agreement",
    "bootstrap_interval",
    "compare",
    "expected_calibration_error",
    "fidelity_report",
    "one_row_latency",
    "serialized_bytes",
]
