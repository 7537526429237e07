"""telemetry: what one thread sends, the other receives, in C++."""

import unittest

from sample import SampleTest


class TelemetryTest(SampleTest):
    def test_all_samples_arrive(self):
        for samples, volts, temperatures in ((0, "0", 0), (1, "36", 0), (1000, "44000", 100), (20000, "880000", 2000)):
            self.assertEqual(
                self.run_to_end("telemetry", samples),
                (
                    0,
                    f"probe 1, calibrated: {samples} samples of {samples}, {volts} volts in all, "
                    f"{temperatures} temperatures\n",
                    "",
                ),
            )

    def test_wrong_arguments(self):
        for arguments in (["many"], ["1", "2"], [""], ["10000001"]):
            status, _, messages = self.run_to_end("telemetry", *arguments)
            self.assertEqual(status, 2)
            self.assertRegex(messages, "^usage: ")


if __name__ == "__main__":
    unittest.main()
