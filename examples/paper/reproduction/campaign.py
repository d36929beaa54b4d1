"""All runs in their order, each unless it has been done already; the data sets that they want are made and removed."""

import json
import os
import shutil

from . import studies
from .outcome import outcome_of, read_summary
from .runs import all_runs, simulations_of


class Campaign:
    """In `output`: runs/NAME, the study directories; studies/, logs/, data/ beside them. `execute` is an Execution, or does as one."""

    def __init__(self, settings, seeds, ranks, output, programs, execute, say=print):
        self.settings, self.output, self.programs = settings, output, programs
        self.runs = all_runs(settings, seeds, ranks)
        self.say, self.execute = say, execute

    def run(self):
        """The outcome of each run."""
        self.generate(self.validation, studies.VALIDATION_SEED, self.settings.validations)
        outcomes = []
        for number, run in enumerate(self.runs):
            self.do(run, f"{number + 1} of {len(self.runs)}")
            outcomes.append(outcome_of(run, self.settings, self.directory(run)))
            if number + 1 == len(self.runs) or self.runs[number + 1].seed != run.seed:
                self.remove_data_of(run.seed)
        return outcomes

    @property
    def validation(self):
        return self.output / "data" / "validation.h5"

    def directory(self, run):
        return self.output / "runs" / run.name

    def data_set(self, run):
        return self.output / "data" / f"seed-{run.seed}-{simulations_of(run, self.settings)}.h5"

    def do(self, run, place):
        study = self.study_of(run)
        file = self.output / "studies" / f"{run.name}.json"
        if read_summary(self.directory(run)) and file.exists() and json.loads(file.read_text()) == study:
            self.say(f"{run.name} ({place}): done already")
            return
        if not run.is_online:
            self.generate(self.data_set(run), run.seed, simulations_of(run, self.settings))
        self.say(f"{run.name} ({place})")
        shutil.rmtree(self.directory(run), ignore_errors=True)  # what was left half done
        self.directory(run).parent.mkdir(parents=True, exist_ok=True)
        write_json(file, study)
        self.execute([self.programs.weir, "run", file, "--output", self.directory(run)], self.log(run.name))

    def study_of(self, run):
        name = f"paper-{run.kind}-{run.ranks}-{run.seed}"
        simulations = simulations_of(run, self.settings)
        if run.is_online:
            buffer = "reservoir" if run.kind == "large-online" else run.kind
            return studies.online(self.settings, name, run.seed, simulations, buffer, run.ranks, self.programs.paced, self.validation)
        equal = run.equal_to
        batches = equal and read_summary(self.directory(equal))["batches"]
        return studies.offline(self.settings, name, run.seed, simulations, run.ranks, self.data_set(run), self.validation, batches)

    def generate(self, file, seed, simulations):
        """The same simulations as online, at full pace."""
        if file.exists():
            return
        self.say(f"data set of {simulations} simulations: {file}")
        study = self.output / "studies" / f"{file.stem}.json"
        write_json(study, studies.ensemble(self.settings, f"paper-{file.stem}", seed, simulations, [str(self.programs.solver)],
                                           os.cpu_count() or 1))
        file.parent.mkdir(parents=True, exist_ok=True)
        self.execute([self.programs.weir, "generate", study, "--to", file], self.log(f"data/{file.stem}"))

    def remove_data_of(self, seed):
        for file in (self.output / "data").glob(f"seed-{seed}-*.h5"):
            file.unlink()

    def log(self, name):
        return self.output / "logs" / f"{name}.log"


def write_json(file, content):
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(content, indent=1) + "\n")
