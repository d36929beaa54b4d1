"""TensorBoard's own reader finds in the event files what write_metrics has written."""

import json
import math
import pathlib
import subprocess
import sys
import tempfile

from tensorboard.backend.event_processing import event_accumulator

with tempfile.TemporaryDirectory() as folder:
    subprocess.run([sys.argv[1], folder], check=True, timeout=60)
    reader = event_accumulator.EventAccumulator(
        folder + "/tensorboard", size_guidance={"scalars": 0, "tensors": 0, "histograms": 0}
    )
    reader.Reload()
    lines = [json.loads(line) for line in pathlib.Path(folder, "metrics.jsonl").read_text().splitlines()]

assert reader.file_version == 2.0, reader.file_version
loss = reader.Scalars("train/loss")
assert [event.step for event in loss] == list(range(300))
assert all(math.isclose(event.value, 1 / (1 + event.step), rel_tol=1e-6) for event in loss)
assert len(reader.Scalars("train/learning_rate")) == 300

(histogram,) = reader.Histograms("repeats")
value = histogram.histogram_value
assert histogram.step == 300
assert (value.min, value.max, value.num, value.sum, value.sum_squares) == (1, 4, 10, 28, 94), value
assert list(value.bucket_limit) == [0.5, 1.5, 2.5, 3.5, 4.5]
assert list(value.bucket) == [0, 2, 3, 0, 5]

assert [line["batch"] for line in lines] == list(range(301))
assert lines[300]["counts"] == [0, 2, 3, 0, 5]
print("read by TensorBoard:", len(loss), "scalars, 1 histogram")
