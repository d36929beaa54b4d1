"""The quick study as it stands: a surrogate that goes on from its own predictions keeps to the solver."""

import sys
import unittest

from example_study import ExampleTest


class ReactionDiffusionTest(ExampleTest):
    example = "reaction_diffusion"

    def test_the_quick_study_trains_a_surrogate_that_keeps_to_the_solver_by_itself(self):
        directory, output = self.run_quick_study()
        self.assert_errors_below(output, {"u": 50, "v": 60})
        self.assert_pictures(directory, *(f"{page}.{field}.png" for page in ("prediction", "rollout") for field in "uv"))

    def test_studies_differ_from_their_validation_in_the_seed(self):
        self.assert_studies_differ_from_their_validation_in_the_seed()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
