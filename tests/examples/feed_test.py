"""feed: readings go on, each once and in order, after their producer and their consumer were killed."""

import random
import re
import shutil
import time
import unittest

from sample import SampleTest

LINE = re.compile(r"^thermometer (\d+) (\d+\.\d)( again)?$")


def whole_lines(output):
    """What was printed by a process that may have been killed in the midst of a line."""
    return output[: output.rfind("\n") + 1].splitlines()


class FeedTest(SampleTest):
    def consume(self):
        consumer = self.start("feed_consumer", "consumed", f"unix:{self.folder}/socket")
        consumer.until(lambda c: c.endpoint(), "endpoint")
        return consumer

    def produce(self, count):
        return self.start("feed_producer", "produced", f"unix:{self.folder}/socket", count)

    def test_goes_on_without_a_consumer(self):
        producer = self.produce(20)
        time.sleep(0.2)
        self.assertIsNone(producer.process.poll())
        consumer = self.consume()
        self.assertEqual(producer.wait()[0], 0)
        found = [LINE.fullmatch(line) for line in consumer.output.splitlines()]
        self.assertEqual([int(line[1]) for line in found], list(range(1, 21)))
        self.assertFalse(any(line[3] for line in found))
        self.assertEqual(self.produce(5).wait()[0], 0)
        self.assertEqual([int(LINE.fullmatch(line)[1]) for line in consumer.output.splitlines()], list(range(1, 26)))

    def test_either_is_killed_at_any_moment(self):
        consumer, producer, printed = self.consume(), self.produce(1000000), []
        for _ in range(12):
            seen = consumer.output.count("\n")
            if random.random() < 0.7:
                consumer.until(lambda c: c.output.count("\n") > seen, "reading")
            time.sleep(random.random() / 50)
            victims = random.choice((("consumer",), ("producer",), ("consumer", "producer")))
            if "consumer" in victims:
                consumer.process.kill()
                consumer.process.wait()
                printed += whole_lines(consumer.output)
                consumer = self.consume()
            if "producer" in victims:
                producer.process.kill()
                producer.process.wait()
                producer = self.produce(1000000)
        producer.process.kill()
        producer.process.wait()
        # It ends once the consumer has dealt with everything, that of the killed ones, too.
        self.assertEqual(self.produce(3).wait()[0], 0)
        consumer.process.kill()
        consumer.process.wait()
        printed += whole_lines(consumer.output)
        expected = 1
        for line in printed:
            found = LINE.fullmatch(line)
            self.assertIsNotNone(found, line)
            number = int(found[1])
            if number < expected:
                self.assertTrue(found[3], f"{line} was there before")
                continue
            self.assertEqual(number, expected)
            expected += 1
        self.assertGreater(expected, 4)

    def test_wrong_arguments(self):
        for name in ("feed_producer", "feed_consumer"):
            self.assertEqual(self.run_to_end(name)[0], 2)
        self.assertEqual(self.run_to_end("feed_consumer", "consumed", "unix:socket", "more")[0], 2)
        for count in ("", "many", "5 ", "5x", "-1", "1e3", "99999999999999999999"):
            status, _, messages = self.run_to_end("feed_producer", "produced", "unix:socket", count)
            self.assertEqual((status, messages), (2, "usage: feed_producer FOLDER ENDPOINT COUNT\n"), count)
        self.assertFalse((self.folder / "produced").exists())

    def test_names_of_strangers_are_harmless(self):
        """A session of that name is not known any more: the refusal tells it."""
        stranger = ("till", f"{self.folder}/a\nrefused: b\x1b[2J\u00e9", f"unix:{self.folder}/socket", "Ada", 1, 1)
        consumer = self.consume()
        self.assertEqual(self.start(*stranger).wait()[0], 0)
        consumer.process.kill()
        consumer.process.wait()
        shutil.rmtree(self.folder / "consumed")
        consumer = self.consume()
        self.assertEqual(self.start(*stranger).wait()[0], 1)
        lines = consumer.until(lambda c: c.messages.count("\n") > 1 and c.messages, "refusal").splitlines()
        self.assertEqual(len(lines), 2)
        self.assertTrue(lines[1].isprintable() and lines[1].startswith("refused: a?refused: b?[2J??: "), lines)

    def test_says_what_is_wrong(self):
        status, _, messages = self.run_to_end("feed_producer", "produced", "nonsense", 1)
        self.assertEqual(status, 1)
        self.assertRegex(messages, "^feed_producer: cannot open: ")
        consumer = self.consume()
        status, _, messages = self.run_to_end("feed_consumer", "consumed", f"unix:{self.folder}/socket")
        self.assertEqual(status, 1)
        self.assertIn("feed_consumer: ", messages)
        self.assertIsNone(consumer.process.poll())


if __name__ == "__main__":
    unittest.main()
