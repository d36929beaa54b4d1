"""A suite of weir-bench prints JSON lines of the promised form. Times are not judged here: machines differ."""

import json
import subprocess
import sys

program, suite = sys.argv[1:3]
listing = subprocess.run([program, "--help"], check=True, capture_output=True, text=True, timeout=30)
assert suite in listing.stdout, "--help does not list " + suite
unknown = subprocess.run([program, "no-such-suite"], capture_output=True, text=True, timeout=30)
assert unknown.returncode == 2, unknown

output = subprocess.run([program, suite, "--quick"], check=True, capture_output=True, text=True, timeout=240)
lines = [json.loads(line) for line in output.stdout.splitlines()]
assert lines, "no line at all"
assert len({line["case"] for line in lines}) == len(lines), "a case is reported twice"
for line in lines:
    assert list(line) == ["suite", "case", "value", "unit", "reference", "ratio"], line
    assert line["suite"] == suite and line["value"] > 0 and line["unit"], line
    if line["reference"] is not None:
        assert abs(line["ratio"] * line["reference"] / line["value"] - 1) < 1e-9, line
print(suite, "printed", len(lines), "lines")
