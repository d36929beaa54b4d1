"""The quick study as it stands: its surrogate is good for each field."""

import sys
import unittest

from example_study import ExampleTest


class CavityTest(ExampleTest):
    example = "cavity"

    def test_the_quick_study_trains_a_surrogate_of_three_fields(self):
        directory, output = self.run_quick_study()
        self.assert_errors_below(output, {"u": 10, "v": 10, "p": 15})
        self.assert_pictures(directory, *(f"prediction.{field}.png" for field in "uvp"))

    def test_studies_differ_from_their_validation_in_the_seed(self):
        self.assert_studies_differ_from_their_validation_in_the_seed()


if __name__ == "__main__":
    unittest.main(argv=sys.argv[:1])
