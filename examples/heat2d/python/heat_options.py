"""The command line of heat2d."""

import argparse

TEMPERATURES = {"initial": 300, "west": 100, "east": 200, "south": 300, "north": 400}  # K


def read_options(with_temperatures):
    parser = argparse.ArgumentParser(prog="heat2d", description="The heat equation on a square.")
    parser.add_argument("--grid", type=int, default=100, help="interior points along a side")
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--dt", type=float, default=0.01, help="time step in seconds")
    parser.add_argument("--output", help="file for the last field, as text")
    if with_temperatures:
        for name, value in TEMPERATURES.items():
            parser.add_argument(f"--{name}", type=float, default=value, metavar="K")
    return parser.parse_args()
