#!/usr/bin/env python3
"""Writes down what it was started with, then becomes the toy solver: hostile_solver.py TOY SIZE STEPS anything…"""

import json
import os
import pathlib
import sys

toy, size, steps = sys.argv[1:4]
seen = {"arguments": sys.argv[4:], "environment": {name: value for name, value in os.environ.items() if name.startswith("HOSTILE_")}}
place = pathlib.Path(os.environ["WEIR_STUDY_DIR"], "logs", f"seen.{os.environ['WEIR_SIM']}.json")
place.write_text(json.dumps(seen))
os.execv(toy, [toy, "--size", size, "--steps", steps])
