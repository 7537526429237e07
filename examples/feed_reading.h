/* What the programs of the feed say to each other: one class of records. */
#ifndef FEED_READING_H
#define FEED_READING_H

#include <pier/pier.h>

#define FEED_READING(FIELD)                                                                                            \
    FIELD(1, u64, number)                                                                                              \
    FIELD(2, f64, degrees)                                                                                             \
    FIELD(3, time, at)
PIER_RECORD(feed_reading, "feed.Reading", FEED_READING)

#endif
