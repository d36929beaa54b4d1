#!/usr/bin/python3
"""Gray-Scott patterns that stream to weir: u and v at the beginning and after every interval. The study draws feed and kill rate; where the
pattern begins follows from the simulation's number and --seed."""

import argparse
import os

import numpy as np
import weir

from gray_scott import GrayScott


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--grid", type=int, default=64)
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--interval", type=int, default=20, help="units of time from a step that is sent to the next")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with weir.Client() as client:
        feed, kill = client.parameters
        pattern = GrayScott(options.grid, feed, kill)
        pattern.seed(np.random.default_rng([options.seed, int(os.environ["WEIR_SIM"])]))
        for step in range(options.steps):
            if step > 0:
                pattern.advance(options.interval)
            client.send("u", pattern.u)
            client.send("v", pattern.v)


if __name__ == "__main__":
    main()
