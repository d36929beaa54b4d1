"""Short simulations, each about a second: pilots keep their places busy, and batch jobs are measured beside them."""

import os

from slurm_study import SlurmStudyTest, witnessed_study
from whole import main

NIGHTLY = "WEIR_NIGHTLY" in os.environ
COUNT = 500 if NIGHTLY else 16
STEPS = 10
PLACES = 4
# Tells when it starts and ends.
TIMED = """echo "$WEIR_SIM $WEIR_ATTEMPT" >> "$WEIR_STUDY_DIR/logs/starts"
begin=$(date +%s.%N)
"$0" "$@" || exit
echo "$begin $(date +%s.%N)" >> "$WEIR_STUDY_DIR/logs/times"
"""


class ShortTest(SlurmStudyTest):
    def busy(self, scheduler, count):
        """Share of the places' time in which a solver ran, from the first start to the last end."""
        study = witnessed_study(scheduler, count, STEPS, delay_ms=100, command=TIMED, scheduler=scheduler, jobs=PLACES, idle=60)
        directory = self.folder / scheduler
        with self.launched(study, directory) as process:
            self.wait_for_end(process, directory, deadline=1800)
        self.assert_complete(study, directory)
        self.assert_no_orphan(study)
        self.assert_no_double(study, directory)
        times = [tuple(map(float, line.split())) for line in (directory / "logs" / "times").read_text().splitlines()]
        self.assertEqual(len(times), count)
        first, last = min(begin for begin, _ in times), max(end for _, end in times)
        share = sum(end - begin for begin, end in times) / PLACES / (last - first)
        print(f"{scheduler}: {count} simulations in {PLACES} places, busy {share:.0%}")
        return study, share

    def test_pilots_keep_their_places_busy_where_batch_jobs_do_not(self):
        study, pool = self.busy("slurm-pool", COUNT)
        self.assertLessEqual(len(self.submissions(study)), 1 + PLACES, "jobs beside the server and the pilots")
        _, batch = self.busy("slurm", 50 if NIGHTLY else 8)
        if NIGHTLY:  # the small form is over before its shares mean much
            self.assertGreater(pool, batch)
            self.assertGreaterEqual(pool, 0.8)


if __name__ == "__main__":
    main()
