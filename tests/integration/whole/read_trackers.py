"""TensorBoard's and MLflow's own readers find in study directories and stores what weir has put there.

read_trackers.py [--tensorboard D...] [--mlflow STORE STATUS...]: of whichever of the two this Python has; prints what it read.
"""

import argparse
import io
import json
import os
import pathlib


def records_of(directory):
    return [json.loads(line) for line in (directory / "metrics.jsonl").read_text().splitlines()]


def evaluated(directory):
    return json.loads((directory / "evaluation.json").read_text())["pictures"]


def batch_of(directory):
    return json.loads((directory / "study.json").read_text())["training"]["batch"]


# ---- TensorBoard
def read_events(directory):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    reader = EventAccumulator(str(directory / "tensorboard"), size_guidance={"scalars": 0, "tensors": 0, "histograms": 0})
    reader.Reload()
    records = records_of(directory)
    tags = reader.Tags()
    for tag in tags["scalars"]:
        kind = tag.split("/")[0]
        if kind == "checkpoint":  # that of the checkpoint that a server went on from is in TensorBoard alone
            steps = [event.step for event in reader.Scalars(tag)]
            assert len(set(steps)) == len(steps), (tag, steps)
            continue
        expected = [record["batch"] for record in records if record["kind"] == kind]
        assert [event.step for event in reader.Scalars(tag)] == expected, (tag, expected)
    losses = [record["loss"] for record in records if record["kind"] == "validation"]
    for event, loss in zip(reader.Scalars("validation/loss"), losses, strict=True):
        assert abs(event.value - loss) <= 1e-6 * loss
    repeats = [(record["batch"], record["counts"]) for record in records if record["kind"] == "histogram"]
    for event, (batch, counts) in zip(reader.Histograms("repeats"), repeats, strict=True):
        value = event.histogram_value
        found = {limit - 0.5: count for limit, count in zip(value.bucket_limit, value.bucket, strict=True) if count}
        assert event.step == batch and found == {k: count for k, count in enumerate(counts) if count}
    for picture in evaluated(directory):
        check_picture(reader, picture)
    images = len([tag for tag in tags["tensors"] if tag.startswith("evaluation/")])
    assert images == 3 * len(evaluated(directory))
    print(f"read by TensorBoard: {len(tags['scalars'])} scalars, {len(repeats)} histograms, {images} pictures of {directory.name}")


def check_picture(reader, picture):
    from PIL import Image

    (event,) = reader.Tensors(f"evaluation/{picture['which']}/u/truth")
    width, height, png = event.tensor_proto.string_val
    image = Image.open(io.BytesIO(png)).convert("RGB")
    assert image.size == (int(width), int(height))
    (field,) = picture["fields"]
    values, width = field["truth"], field["shape"][0]
    assert image.size == (width, width // 8)
    both = values + field["prediction"]
    if values.count(max(both)) > 0:
        assert image.getpixel((values.index(max(both)), 0)) == (253, 231, 37)
    if values.count(min(both)) > 0:
        assert image.getpixel((values.index(min(both)), 0)) == (68, 1, 84)
    # Brighter where the value is larger; half a colour is rounding.
    light = [sum(image.getpixel((k, 0))) for k in range(width)]
    order = sorted(range(width), key=lambda k: values[k])
    far = (max(both) - min(both)) / 50
    for k, other in zip(order, order[1:]):
        assert values[other] - values[k] < far or light[other] > light[k]


def read_hparams(directories):
    """As the tab HPARAMS asks for them: all studies below one folder."""
    from tensorboard.backend import application  # noqa: F401  (sets up what the plugin needs)
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.context import RequestContext
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.hparams import api_pb2, backend_context, list_session_groups

    multiplexer = plugin_event_multiplexer.EventMultiplexer()
    root = directories[0].parent
    for directory in directories:
        multiplexer.AddRun(str(directory / "tensorboard"), f"{directory.name}/tensorboard")
    multiplexer.Reload()
    provider = data_provider.MultiplexerDataProvider(multiplexer, str(root))
    context = backend_context.Context(base_plugin.TBContext(data_provider=provider))
    request = RequestContext()
    contents = context.hparams_metadata(request, "")
    hparams = context.hparams_from_data_provider(request, "", limit=None)
    experiment = context.experiment_from_metadata(request, "", True, contents, hparams)
    infos = {info.name: info for info in experiment.hparam_infos}
    metrics = {info.name.tag for info in experiment.metric_infos}
    assert {"validation/loss", "train/loss"} <= metrics, metrics
    batches = [batch_of(directory) for directory in directories]
    assert infos["training/batch"].differs == (len(set(batches)) > 1)
    assert not infos["training/optimizer/learning_rate"].differs
    question = api_pb2.ListSessionGroupsRequest(start_index=0, slice_size=100, include_metrics=True)
    question.allowed_statuses.extend([api_pb2.STATUS_SUCCESS])
    answer = list_session_groups.Handler(request, context, "", question).run()
    groups = {group.sessions[0].name: group for group in answer.session_groups}
    for directory in directories:
        group = groups[f"{directory.name}/tensorboard"]
        assert group.hparams["training/batch"].number_value == batch_of(directory)
        assert group.hparams["training/model/kind"].string_value == "mlp"
        last = [record["loss"] for record in records_of(directory) if record["kind"] == "validation"][-1]
        (value,) = [metric.value for metric in group.metric_values if metric.name.tag == "validation/loss"]
        assert abs(value - last) <= 1e-6 * last
    print(f"read by TensorBoard's HParams: {len(infos)} settings, {len(metrics)} metrics of {len(directories)} studies")


# ---- MLflow
def read_store(store, statuses):
    import mlflow
    from mlflow import MlflowClient

    client = MlflowClient(store.as_uri())
    (experiment,) = [one for one in client.search_experiments() if one.name != "Default"]
    runs = client.search_runs([experiment.experiment_id])
    assert sorted(run.info.status for run in runs) == sorted(statuses), [run.info.status for run in runs]
    for run in runs:
        directory = pathlib.Path(run.data.tags["weir.study_directory"])
        assert run.info.end_time >= run.info.start_time > 0
        assert run.data.params["training/batch"] == str(batch_of(directory))
        for metric, key in (("train/loss", "loss"), ("validation/u.mse", None)):
            kind = metric.split("/")[0]
            records = [record for record in records_of(directory) if record["kind"] == kind]
            history = client.get_metric_history(run.info.run_id, metric)
            assert [point.step for point in history] == [record["batch"] for record in records], metric
            values = [record[key] if key else record["fields"]["u"]["mse"] for record in records]
            assert [point.value for point in history] == values, metric
        assert {file.path for file in client.list_artifacts(run.info.run_id)} >= {"evaluation", "model", "summary.json"}
        card = client.download_artifacts(run.info.run_id, "model/card.json")
        assert pathlib.Path(card).read_bytes() == (directory / "model" / "card.json").read_bytes()
    best = client.search_runs([experiment.experiment_id], "params.`training/model/kind` = 'mlp'", order_by=["metrics.`validation/loss`"])
    assert len(best) == len(runs)
    print(f"read by MLflow {mlflow.__version__}: {len(runs)} runs, {len(runs[0].data.metrics)} metrics, {len(runs[0].data.params)} parameters")


def has(module):
    try:
        __import__(module)
    except ImportError:
        print(f"this Python has no {module}: left out")
        return False
    return True


def main():
    os.environ["MLFLOW_ALLOW_FILE_STORE"] = "true"  # of 3.13 and later; others do not know it
    parser = argparse.ArgumentParser()
    parser.add_argument("--tensorboard", nargs="*", type=pathlib.Path, default=[])
    parser.add_argument("--mlflow", nargs="*", default=[])
    asked = parser.parse_args()
    if asked.tensorboard and has("tensorboard") and has("PIL"):
        for directory in asked.tensorboard:
            read_events(directory)
        read_hparams(asked.tensorboard)
    if asked.mlflow and has("mlflow"):
        store, *statuses = asked.mlflow
        read_store(pathlib.Path(store), statuses)


main()
