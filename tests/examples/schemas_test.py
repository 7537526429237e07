"""ships: records of a schema, which docs/schemas.md shows."""

import unittest

from sample import SampleTest


class SchemasTest(SampleTest):
    def test_ships(self):
        told = self.start("ships", "ships.pier")
        self.check_end(told, "Amalia at quay 3, with grain, wheat: 1200.5 t, rye: 80 t, bound for Turku\n"
                             'the last one: {"id":7,"name":"Amalia","cargo":"CARGO_GRAIN",'
                             '"arrived":{"$time":[1700000000,0]},"berth":{"quay":3,"place":12},"flags":["NL","yellow"],'
                             '"draughts":[3.5,3.75],"tons":{"wheat":1200.5,"rye":80.0},"port":"Turku"}\n')

    def test_wrong_use(self):
        status, output, messages = self.start("ships").wait()
        self.assertEqual((status, output, messages), (2, "", "usage: ships FILE\n"))


if __name__ == "__main__":
    unittest.main()
