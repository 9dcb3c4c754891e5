"""A figure: percentiles of one measurement, and the ratio of its median to that of its floor."""

import json
from dataclasses import dataclass, field
from statistics import quantiles


@dataclass
class Figure:
    """`samples` in `unit` (mostly "ms"); `floor` is the figure it is compared with, from the same run."""

    name: str
    samples: list[float]
    unit: str = "ms"
    floor: "Figure | None" = None
    extra: dict = field(default_factory=dict)

    def at(self, percent):
        if len(self.samples) < 2:
            return self.samples[0] if self.samples else float("nan")
        return quantiles(self.samples, n=100, method="inclusive")[percent - 1]

    @property
    def ratio(self):
        return self.at(50) / self.floor.at(50) if self.floor else None

    def as_dict(self):
        """The line of `bench --json`: name, unit, n, p50, p95, p99, and floor and ratio where there is one."""
        line = {"name": self.name, "unit": self.unit, "n": len(self.samples)}
        line |= {f"p{percent}": round(self.at(percent), 3) for percent in (50, 95, 99)}
        if self.floor:
            line |= {"floor": self.floor.name, "ratio": round(self.ratio, 2)}
        return line | self.extra

    def as_json(self):
        return json.dumps(self.as_dict())

    def as_text(self):
        marks = "  ".join(f"p{percent} {self.at(percent):8.2f}" for percent in (50, 95, 99))
        beside = f"  {self.ratio:5.2f} × {self.floor.name}" if self.floor else ""
        extra = "".join(f"  {key} {value}" for key, value in self.extra.items())
        return f"{self.name:<34} n {len(self.samples):>5}  {marks} {self.unit}{beside}{extra}"
