"""Draws the plots of a bench.json as SVG files beside it: bench/plots.py build/bench/bench.json.

A process of its own: the memory of the one that measures would show in the peaks of those that it starts."""
import json
import pathlib
import sys

import matplotlib
from matplotlib.figure import Figure

COLOURS = ["#1f5fa8", "#d1701f", "#3d8b4f", "#8a4fa3", "#b03a48", "#6b6b6b"]


def draw(plot: dict, folder: pathlib.Path) -> pathlib.Path:
    figure = Figure(figsize=(6.4, 3.8), layout="constrained")
    axes = figure.subplots()
    for (label, points), colour in zip(plot["series"].items(), COLOURS):
        marker = "o" if len(points) < 30 else ""
        axes.plot(*zip(*points), marker=marker, markersize=4, color=colour, label=label)
    for label, bound in plot["bounds"].items():
        axes.axhline(bound, color="#777777", linewidth=0.9, linestyle="--")
        axes.annotate(f" {label}", (1, bound), xycoords=("axes fraction", "data"), va="center", color="#555555")
    for label, mark in plot.get("marks", {}).items():
        axes.axvline(mark, color="#777777", linewidth=0.9, linestyle=":")
        axes.annotate(f" {label}", (mark, 0.88), xycoords=("data", "axes fraction"), va="top", color="#555555")
    axes.set(title=plot["title"], xlabel=plot["x"], ylabel=plot["y"])
    axes.set_xscale("log" if plot["log_x"] else "linear")
    axes.set_yscale("log" if plot["log_y"] else "linear")
    if not plot["log_y"]:
        axes.set_ylim(bottom=plot["least"])
    axes.grid(alpha=0.25)
    axes.spines[["top", "right"]].set_visible(False)
    if len(plot["series"]) > 1:
        axes.legend(frameon=False)
    file = folder / f"{plot['name']}.svg"
    figure.savefig(file, metadata={"Date": None})
    return file


def main() -> None:
    source = pathlib.Path(sys.argv[1])
    matplotlib.rcParams.update({"svg.fonttype": "none", "svg.hashsalt": "assay", "font.size": 10})
    for story in json.loads(source.read_text())["stories"].values():
        for plot in story["plots"]:
            print(f"  plot: {draw(plot, source.parent)}")


if __name__ == "__main__":
    main()
